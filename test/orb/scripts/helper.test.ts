import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, checkedOrb, contextWith, runSteps, type RunStep } from '../support/orb.ts';
import { Place, SHELLS, runStep } from '../support/shell.ts';

const { packed } = checkedOrb();

/** Every step that calls the helper: the orb's command, the step's name, the helper's words. */
const CALLS: readonly (readonly [string, string, readonly string[]])[] = [
  ['doctor', 'Check the way to Heroku', ['doctor']],
  ['deploy', 'Ask Heroku for the app', ['identify']],
  ['deploy', 'Look before the first change', ['deploy', '--until', 'window']],
  ['deploy', 'Deploy to Heroku', ['deploy', '--from', 'window']],
  ['maintenance-wrapped-migrate', 'Ask Heroku for the app', ['identify']],
  ['maintenance-wrapped-migrate', 'Look before the first change', ['migrate', '--until', 'window']],
  ['maintenance-wrapped-migrate', 'Deploy and migrate behind the maintenance page', ['migrate', '--from', 'window']],
  ['open-window', 'Ask Heroku for the app', ['identify']],
  ['open-window', 'Look before the first change', ['window', 'open', '--until', 'window']],
  ['open-window', 'Open the window', ['window', 'open', '--from', 'window']],
  ['close-window', 'Ask Heroku for the app', ['identify']],
  ['close-window', 'Close the window', ['window', 'close']],
  ['maintenance-on', 'Switch the maintenance page on', ['maintenance', 'on']],
  ['maintenance-off', 'Switch the maintenance page off', ['maintenance', 'off']],
  ['scale', 'Scale the app', ['scale']],
  ['run-one-off', 'Run a one-off dyno', ['run']],
  ['recover', 'Ask Heroku for the app', ['identify']],
  ['recover', 'Recover the app', ['recover']],
  ['rollback', 'Ask Heroku for the app', ['identify']],
  ['rollback', 'Roll the app back', ['rollback']],
  ['backup-database', 'Back up the database', ['backup', 'capture']],
  ['restore-database', 'Ask Heroku for the app', ['identify']],
  ['restore-database', 'Restore the database', ['backup', 'restore']],
  ['flush-cache', 'Flush the caches', ['flush-cache']],
  ['set-maintenance-page', 'Ask Heroku for the app', ['identify']],
  ['set-maintenance-page', 'Set the maintenance page', ['maintenance-page', 'set']],
];

/** The commands that keep the journal at their end. */
const KEEPING = [
  'deploy',
  'maintenance-wrapped-migrate',
  'open-window',
  'close-window',
  'recover',
  'rollback',
  'restore-database',
];

/** A run step with its parameters put in, as the compiler does. */
function compiled(command: string, name: string, values: Record<string, string> = {}): RunStep {
  const step = runSteps(packed, command).find((step) => step.name === name);
  if (step === undefined) throw new Error(`The command ${command} has no step ${name}.`);
  const environment = Object.fromEntries(
    Object.entries(step.environment).map(([name, value]) => [
      name,
      value.replace(/^<< parameters\.([\w-]+) >>$/, (_whole, parameter: string) => values[parameter] ?? ''),
    ]),
  );
  return { ...step, environment };
}

/** Stands for node: writes down how it was started, one JSON string a line. */
const RECORDER = `#!${process.execPath}
console.log(JSON.stringify({ argv: process.argv.slice(2), env: process.env, pid: process.pid }));
`;

interface Recorded {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
}

describe.each(SHELLS)('calling the helper with %s', (_name, shell) => {
  let place: Place;
  let installed: string;

  beforeEach(() => {
    place = new Place();
    installed = join(place.home, '.local', 'share', 'heroku-cd', 'heroku-cd.cjs');
  });
  afterEach(() => place.remove());

  const helper = (code: string) =>
    place.file(installed.slice(place.root.length + 1), code);

  it.each(CALLS)('in %s, “%s” starts %j without what makes git and Node print credentials', async (command, name, words) => {
    helper('');
    place.program('node', RECORDER);
    const leaks = {
      DEBUG: '*',
      NODE_DEBUG: 'http,net',
      GIT_CURL_VERBOSE: '1',
      GIT_TRACE: '1',
      GIT_TRACE_CURL: '/tmp/trace',
      GIT_TRACE_REDACT: '0',
      GIT_TRACE2_EVENT: '1',
      GIT_TRACE2_ENV_VARS: 'GIT_CONFIG_VALUE_0',
    };
    // The recorder is a Node.js program itself, and NODE_DEBUG would make it talk.
    const ended = await runStep({ step: compiled(command, name), place, shell, environment: leaks });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const recorded = JSON.parse(ended.stdout) as Recorded;
    expect(recorded.argv).toEqual([installed, ...words]);
    for (const name of Object.keys(leaks)) expect(recorded.env).not.toHaveProperty(name);
    expect(recorded.env).not.toHaveProperty('HEROKU_CD_COMMAND_LINE');
  });

  it.each([
    ['deploy', 'Look before the first change'],
    ['deploy', 'Deploy to Heroku'],
    ['maintenance-wrapped-migrate', 'Look before the first change'],
    ['maintenance-wrapped-migrate', 'Deploy and migrate behind the maintenance page'],
  ])('in %s, “%s” leaves every other variable as it was, and runs nothing of what they hold', async (command, step) => {
    helper('');
    place.program('node', RECORDER);
    const hostile = '$(touch pwned); `touch pwned` "\' \\ * \n GIT_TRACE=x';
    const ended = await runStep({
      step: compiled(command, step, {
        'app-name': hostile,
        revision: '$CIRCLE_SHA1',
        force: '1',
        'migrate-command': hostile,
        'before-migrate': '$(touch pwned) "$HEROKU_APP_NAME"',
        'after-migrate': '; touch pwned',
      }),
      place,
      shell,
      environment: { HEROKU_API_KEY: hostile, GIT_AUTHOR_NAME: 'me', DEBUGGER: '1', MULTI: 'a\nGIT_TRACE_X=1\nb' },
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { env } = JSON.parse(ended.stdout) as Recorded;
    expect(env).toMatchObject({
      HEROKU_CD_APP_NAME: hostile,
      HEROKU_CD_REVISION: '$CIRCLE_SHA1',
      HEROKU_CD_FORCE: '1',
      HEROKU_CD_MIGRATE_COMMAND: hostile,
      HEROKU_CD_BEFORE_MIGRATE: '$(touch pwned) "$HEROKU_APP_NAME"',
      HEROKU_CD_AFTER_MIGRATE: '; touch pwned',
      HEROKU_API_KEY: hostile,
      GIT_AUTHOR_NAME: 'me',
      DEBUGGER: '1',
      MULTI: 'a\nGIT_TRACE_X=1\nb',
    });
    expect(existsSync(join(place.root, 'pwned'))).toBe(false);
  });

  it('takes its own words apart whatever a strict BASH_ENV says', async () => {
    helper('console.log(process.argv.slice(2).join("|"), process.env.DEBUG);');
    const strict = place.file('strict.sh', "set -euo pipefail; IFS=$'\\n\\t'; export DEBUG=1");
    const step = compiled('deploy', 'Deploy to Heroku');
    const ended = await runStep({ step, place, shell, environment: { BASH_ENV: strict } });
    expect(ended).toMatchObject({ code: 0, stdout: 'deploy|--from|window undefined\n' });
  });

  it('hands on the helper’s exit code and both of its outputs', async () => {
    helper('console.log("said"); console.error("warned"); process.exitCode = 5;');
    const ended = await runStep({ step: compiled('deploy', 'Deploy to Heroku'), place, shell });
    expect(ended).toMatchObject({ code: 5, stdout: 'said\n', stderr: 'warned\n' });
  });

  it('is replaced by the helper, so that a signal reaches it', async () => {
    helper(
      'process.on("SIGTERM", () => process.exit(143)); setInterval(() => {}, 1000); console.log(process.pid);',
    );
    const ended = await runStep({
      step: compiled('deploy', 'Deploy to Heroku'),
      place,
      shell,
      onOutput: (pid) => process.kill(pid, 'SIGTERM'),
    });
    expect(ended.code).toBe(143);
    expect(Number(ended.stdout)).toBe(ended.pid);
  });

  it('refuses with a way out when the helper was never installed', async () => {
    const ended = await runStep({ step: compiled('deploy', 'Deploy to Heroku'), place, shell });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^heroku-cd is not installed in this job: .*heroku-cd\.cjs is missing\.\n/);
    expect(ended.stderr).toContain(
      "Run the orb's install command earlier in the job, or leave out 'install: false' on this command.",
    );
  });
});

describe('the orb’s shell scripts', () => {
  const lint = spawnSync('shellcheck', ['--version'], { encoding: 'utf8' });
  if (lint.error !== undefined) process.stderr.write('SKIPPED, shellcheck is not installed here.\n');

  (lint.error === undefined ? it : it.skip)('are clean to shellcheck', () => {
    const scripts = ['helper.sh', 'install.sh'].map((name) => join(ROOT, 'src', 'orb', 'scripts', name));
    const { status, stdout } = spawnSync('shellcheck', ['--severity=style', ...scripts], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it('reach every step of the packed orb as they are', () => {
    const { packed, orb } = checkedOrb(contextWith());
    const steps = Object.keys(orb.commands).flatMap((command) =>
      runSteps(packed, command).map(({ name, command: script }) => ({ command, name, script })),
    );
    const text = (file: string) => readFileSync(join(ROOT, 'src', 'orb', 'scripts', file), 'utf8');
    const expected = [
      { command: 'install', name: 'Install heroku-cd', script: text('install.sh') },
      ...CALLS.map(([command, name]) => ({ command, name, script: text('helper.sh') })),
      ...KEEPING.map((command) => ({
        command,
        name: 'Make room for how it ended',
        script: 'mkdir -p .heroku-cd && touch .heroku-cd/own-journal',
      })),
    ];
    expect(steps).toHaveLength(expected.length);
    expect(steps).toEqual(expect.arrayContaining(expected));
  });
});
