/* global fetch */
// Fails unless the sample app is as a finished deployment leaves it: the commit current, the page off, web up, and,
// where MIGRATED says so, a migration that has ended well and the workers back. Asked of the local Heroku's control port.
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');

const { setTimeout: sleep } = require('node:timers/promises');

/** A deployment without a window does not wait for its dynos to boot. */
const PATIENCE_MS = 20_000;

async function readApp() {
  const answer = await fetch(`http://127.0.0.1:${process.env.CONTROL_PORT ?? 5056}/state/apps/sample-app`);
  assert.equal(answer.status, 200);
  return answer.json();
}

function notUp(app) {
  const wanted = app.dynos.filter(({ listed, stopping }) => listed && !stopping);
  return wanted.filter(({ state }) => state !== 'up').map(({ name, state }) => `${name} is ${state}`);
}

async function main() {
  const before = Date.now();
  let app = await readApp();
  while (notUp(app).length > 0 && Date.now() - before < PATIENCE_MS) {
    await sleep(200);
    app = await readApp();
  }
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const current = app.releases.find((release) => release.current);

  assert.equal(current?.commit, commit, 'the tested commit is current');
  assert.equal(current.status, 'succeeded');
  assert.equal(app.maintenance, false, 'the page is off');
  assert.deepEqual(notUp(app), [], 'every dyno is up');
  // CircleCI hands booleans over as 1 and 0.
  if (/^(1|true)$/.test(process.env.MIGRATED ?? '')) {
    const migrations = app.oneOffs.filter(({ exitStatus }) => exitStatus === 0);
    assert.equal(migrations.length, 1, 'the migration has run once and ended well');
  }
  console.log(`sample-app serves ${commit}.`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
