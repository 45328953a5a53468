/*
 * Tells CircleCI of a deployment by its own `circleci` executable, as a deploy marker (CircleCI docs: "Configure deploy
 * markers"). HEROKU_CD_MARKER_STEP is `begin`, `succeeded` or `failed`. Nothing that goes wrong here is an error.
 */
'use strict';

var childProcess = require('child_process');
var fs = require('fs');
var path = require('path');

var env = process.env;
var LONGEST_REASON = 200;

/** `$NAME` and `${NAME}`, as the helper reads them; undefined where one is not set. */
function given(variable) {
  var missing = false;
  var text = (env[variable] || '').replace(/\$(?:\{(\w+)\}|([A-Za-z_]\w*))/g, function (whole, braced, bare) {
    var value = env[braced || bare];
    if (!value) missing = true;
    return value || whole;
  });
  return missing || text === '' || text === '<nil>' ? undefined : text;
}

function limitMs() {
  return Number(env.HEROKU_CD_MARKER_SECONDS) * 1000;
}

/** Calls `circleci run release`; says in one line why where it does not work. */
function release(words) {
  var ran = childProcess.spawnSync('circleci', ['run', 'release'].concat(words), {
    encoding: 'utf8',
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs(),
  });
  if (ran.status === 0) return true;
  var why = 'it ended with ' + (ran.status === null ? ran.signal : ran.status);
  if (ran.error) why = ran.error.code === 'ENOENT' ? 'it is not on the PATH of this job' : ran.error.message;
  if (ran.error && ran.error.code === 'ETIMEDOUT') why = 'it gave no answer in time';
  var told = String(ran.stderr || '').trim().split('\n').pop();
  console.log('circleci run release ' + words[0] + ' did not work: ' + why + (told ? ' (' + told + ')' : '') + '.');
  return false;
}

/** The commit that a revision is, where git can tell: that is what a later rollback names. */
function commitOf(revision) {
  var args = ['rev-parse', '--quiet', '--verify', revision + '^{commit}'];
  var only = { PATH: env.PATH, HOME: env.HOME };
  var ran = childProcess.spawnSync('git', args, { encoding: 'utf8', env: only, timeout: limitMs() });
  return ran.status === 0 ? ran.stdout.trim() : revision;
}

/** Names are unique within a workflow, and so are those of its jobs. */
function markerName() {
  return (env.CIRCLE_JOB || 'default').replace(/[^A-Za-z0-9._-]+/g, '-');
}

/** Plans the marker, and begins it. */
function begin(app, target) {
  var rollback = env.HEROKU_CD_MARKER_KIND === 'rollback';
  var planned = release(
    [
      'plan',
      markerName(),
      '--environment-name=' + (given('HEROKU_CD_DEPLOY_ENVIRONMENT') || env.HEROKU_CD_DEPLOY_ENVIRONMENT),
      '--component-name=' + app,
      '--target-version=' + target,
    ].concat(rollback ? ['--rollback'] : []),
  );
  return planned && release(['update', markerName(), '--status=RUNNING']);
}

/** Why nothing is deployed here, whatever the helper says: it would be no deployment to tell of. */
function deploysNothing() {
  const fork = env.CIRCLE_PR_NUMBER || /^pull\/\d+$/.test(env.CIRCLE_BRANCH);
  return fork || (env.CIRCLE_NODE_INDEX || '0') !== '0' || env.HEROKU_CD_PUSH === '0';
}

/** The result that the helper has written since, if it has come so far. */
function resultSince(time) {
  var folder = (env.HEROKU_CD_REPORT_DIRECTORY || '').replace(/^~/, env.HOME);
  var found;
  try {
    fs.readdirSync(folder).forEach(function (app) {
      var file = path.join(folder, app, 'result.json');
      if (fs.existsSync(file) && fs.statSync(file).mtimeMs >= time) found = JSON.parse(fs.readFileSync(file, 'utf8'));
    });
  } catch (error) {
    // Without one, the job's log has to say why.
  }
  return found;
}

function reasonOf(result) {
  var what = result && result.error ? String(result.error.what) : 'See the log of the job.';
  return what.replace(/\s+/g, ' ').slice(0, LONGEST_REASON);
}

function end(succeeded, begun) {
  var result = resultSince(begun.at);
  // Which app it is may be known only now, as it is where `deployments` chooses it.
  if (begun.state === 'unknown' && result && result.app) begun.state = begin(result.app, result.revision || 'previous') ? 'begun' : 'off';
  if (begun.state !== 'begun') return;
  var words = succeeded ? ['--status=SUCCESS'] : ['--status=FAILED', '--failure-reason=' + reasonOf(result)];
  if (release(['update', markerName()].concat(words))) console.log('CircleCI knows how the deployment ended.');
}

function main() {
  var file = path.join(env.HOME, '.local', 'share', 'heroku-cd', 'deploy-marker.json');
  if (env.HEROKU_CD_MARKER_STEP !== 'begin') {
    if (!fs.existsSync(file)) return;
    var begun = JSON.parse(fs.readFileSync(file, 'utf8'));
    fs.unlinkSync(file);
    end(env.HEROKU_CD_MARKER_STEP === 'succeeded', begun);
    return;
  }
  if (deploysNothing()) {
    console.log('Nothing is deployed here, so CircleCI gets no deploy marker.');
    return;
  }
  var at = Date.now();
  var app = given('HEROKU_CD_DEPLOYMENTS') ? undefined : given('HEROKU_CD_APP_NAME');
  var target = given('HEROKU_CD_REVISION');
  target = target === undefined ? given('HEROKU_CD_TARGET_VERSION') || 'previous' : commitOf(target);
  var state = app === undefined ? 'unknown' : begin(app, target) ? 'begun' : 'off';
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 448 }); // 0700
  fs.writeFileSync(file, JSON.stringify({ at: at, state: state }));
  if (state === 'begun') console.log('CircleCI knows that the deployment has begun.');
}

try {
  main();
} catch (error) {
  console.log('CircleCI is not told of the deployment: ' + error.message + '.');
}
