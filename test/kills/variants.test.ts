import { MIGRATION, procfile } from './support/app.ts';
import { APP_NAME } from './support/orb-job.ts';
import { IN_THE_WINDOW, lostAt, MIGRATION_PHASES, type Phase } from './support/phases.ts';
import type { Stage, Standing } from './support/stage.ts';
import { useStage } from './support/use-stage.ts';

/** Lost machines where more than one thing goes wrong, or somebody else is at work too. */
let stage: Stage;
let found: Standing;
useStage((...now) => {
  [stage, found] = now;
});

const shipping = IN_THE_WINDOW.find(({ name }) => name.startsWith('ship')) as Phase;
const scaled = IN_THE_WINDOW.find(({ name }) => name.endsWith(', scaled')) as Phase;
const WINDOW = { parameters: { maintenance: 'always' } };
const stopped = ['clock=0:Standard-1X', 'web=1:Standard-1X', 'worker=0:Standard-2X'];
const WAS = 'worker=2:standard-2x clock=1';

test('cache lost: recover says what it would need, and with it puts everything back', async () => {
  const { workflow } = await lostAt(stage, scaled);
  await stage.loseCache();

  const blind = await stage.job('recover', { workflow }).end;
  expect(blind).toMatchObject({ exitCode: 3, log: expect.stringContaining('There is no journal to act on') });
  expect(blind.log).toMatch(/State now:[^]*worker: 0 x [^]*next .*--formation/);
  expect(await stage.standing()).toEqual({ ...found, formation: stopped, page: true });

  const told = await stage.job('recover', { workflow, parameters: { formation: WAS } }).end;
  expect(told).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual(found);
});

test('cache lost: recover from flags cancels the build of this workflow’s commit, and sets sizes too', async () => {
  const { workflow } = await lostAt(stage, { ...shipping, prepare: (it) => it.buildFor(60_000) });
  await stage.loseCache();

  const told = await stage.job('recover', {
    workflow,
    parameters: { formation: 'worker=3:performance-m clock=1' },
    environment: { CIRCLE_SHA1: await stage.repository.git('rev-parse', 'HEAD') },
  }).end;

  expect(told).toMatchObject({ exitCode: 0, log: expect.stringContaining('Cancelling the pending build') });
  const formation = ['clock=1:Standard-1X', 'web=1:Standard-1X', 'worker=3:Performance-M'];
  expect(await stage.standing()).toEqual({ ...found, formation });
});

test('cache lost: a formation that the app does not have is refused, and nothing is changed', async () => {
  await lostAt(stage, scaled);
  await stage.loseCache();
  const { exitCode, log } = await stage.job('recover', { parameters: { formation: 'wroker=2' } }).end;
  expect({ exitCode, log }).toMatchObject({ exitCode: 2, log: expect.stringContaining('wroker') });
  expect(await stage.standing()).toEqual({ ...found, formation: stopped, page: true });
});

test('cache lost: a plain new run is refused, so that zero workers are never taken for the wanted ones', async () => {
  await lostAt(stage, scaled);
  await stage.loseCache();
  const { exitCode, log } = await stage.job('deploy', WINDOW).end;
  expect({ exitCode, log }).toMatchObject({ exitCode: 2, log: expect.stringContaining('if-in-maintenance') });
  expect(await stage.standing()).toEqual({ ...found, formation: stopped, page: true });
});

test('no cache and nothing wrong: recover says so and changes nothing', async () => {
  const { exitCode, log } = await stage.job('recover').end;
  expect({ exitCode, log }).toMatchObject({
    exitCode: 0,
    log: expect.stringContaining('nothing was changed'),
  });
  expect(await stage.standing()).toEqual(found);
});

test('the cache is of an older run, and a person has scaled since: the person’s formation stays', async () => {
  await stage.commit();
  expect(await stage.job('deploy', WINDOW).end).toMatchObject({ exitCode: 0 });
  await stage.heroku.control.act(APP_NAME, { action: 'scale', formation: { worker: 4, clock: 0 } });
  const since = await stage.standing();
  const snapshot: Phase = {
    ...scaled,
    prepare: () => undefined,
    reached: (_, job) => job.until(/== preflight/),
  };
  const { workflow } = await lostAt(stage, snapshot);

  expect(await stage.job('recover', { workflow }).end).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual(since);
  expect(await stage.job('deploy', WINDOW).end).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual({ ...since, code: stage.newest });
});

test.each(['recover', 'deploy'] as const)(
  'a person has scaled and resized what the lost run had stopped: %s leaves that, and says so',
  async (command) => {
    await lostAt(stage, shipping);
    await stage.heroku.control.act(APP_NAME, { action: 'scale', formation: { worker: 1 } });
    await stage.heroku.control.act(APP_NAME, { action: 'resize', sizes: { clock: 'standard-2x' } });

    const { exitCode, log } = await stage.job(command, command === 'deploy' ? WINDOW : {}).end;

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toMatch(/left as they are: .*worker \(1\)/);
    expect(await stage.standing()).toEqual({
      ...found,
      formation: ['clock=1:Standard-2X', 'web=1:Standard-1X', 'worker=1:Standard-2X'],
      code: command === 'deploy' ? stage.newest : found.code,
    });
  },
);

test('a page that a person had switched on before stays on, whoever puts the rest back', async () => {
  await stage.heroku.control.act(APP_NAME, { action: 'maintenance', enabled: true });
  const keep = { ...shipping, parameters: { maintenance: 'always', 'if-in-maintenance': 'keep' } };
  const { workflow } = await lostAt(stage, keep);

  expect(await stage.job('recover', { workflow }).end).toMatchObject({ exitCode: 0 });

  expect(await stage.standing()).toEqual({ ...found, page: true });
});

test('the deployment renames a worker type: recover puts the code from before back, and its workers', async () => {
  const closing = { ...scaled, files: { Procfile: procfile({ worker: 'jobs' }) } };
  const { workflow } = await lostAt(stage, {
    ...closing,
    prepare: (it) => it.stall({ surface: 'api', method: 'PATCH', path: 'formation', nth: 2, times: 99 }),
  });

  const { exitCode, log } = await stage.job('recover', { workflow }).end;

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual(found);
});

test('a migration renames a worker type: opened by a person, recover names the type that is gone (exit 5)', async () => {
  const [phase] = MIGRATION_PHASES as [Phase];
  const renaming = { ...phase, files: { Procfile: procfile({ worker: 'jobs' }) } };
  const { workflow } = await lostAt(stage, renaming);

  const opened = await stage.job('recover', { workflow, parameters: { 'release-hold': 'true' } }).end;

  expect(opened).toMatchObject({
    exitCode: 5,
    log: expect.stringContaining('no process type worker any more'),
  });
  expect(opened.log).toContain('State now:');
  expect(await stage.standing()).toMatchObject({
    page: false,
    formation: ['clock=1:Standard-1X', 'jobs=0:Standard-1X', 'web=1:Standard-1X'],
  });
});

test('a second deployment starts while the window is open, and the first is lost then', async () => {
  await stage.commit();
  await stage.buildFor(1_500);
  const first = stage.job('deploy', WINDOW);
  await stage.untilBuildPending();
  const second = stage.job('deploy', WINDOW);
  await second.until(/is pending; waiting for its end/);
  first.lose();

  const { exitCode, log } = await second.end;

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual({ ...found, code: stage.newest });
});

test('a second deployment starts while the window is open, and both go on: the app ends as it was found', async () => {
  await stage.commit();
  await stage.buildFor(1_000);
  const first = stage.job('deploy', WINDOW);
  await stage.untilBuildPending();
  const second = stage.job('deploy', WINDOW);

  const ends = await Promise.all([first.end, second.end]);

  const standing = await stage.standing();
  expect({ logs: ends.map(({ log }) => log), ...standing }).toMatchObject({ ...found, code: stage.newest });
  expect(ends.map(({ exitCode }) => exitCode)).toContain(0);
});

test('an old workflow’s recover leaves the window of the next pipeline alone', async () => {
  const { workflow } = await lostAt(stage, shipping);
  await stage.commit();
  // The first such request puts back what the lost run had stopped, the second one opens the window.
  stage.stall({ surface: 'api', method: 'PATCH', path: 'formation', nth: 2, times: 999 }, 'after-effect');
  const next = stage.job('deploy', WINDOW);
  await stage.untilStalled(next);
  const during = await stage.standing();
  expect(during).toMatchObject({ formation: stopped, page: true });

  const late = await stage.job('recover', { workflow }).end;

  expect(late).toMatchObject({ exitCode: 0, log: expect.stringContaining('A newer run took') });
  expect(await stage.standing()).toEqual(during);
  stage.clearFaults();
  expect(await next.end).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual({ ...found, code: stage.newest });
});

test('cancelled between the two halves: there is nothing to do', async () => {
  await stage.commit();
  const job = stage.job('deploy', { ...WINDOW, cancelBefore: /^Deploy to Heroku$/ });
  await job.end;

  const recovery = await stage.job('recover', { workflow: job.workflow }).end;

  expect(recovery).toMatchObject({ exitCode: 0, log: expect.stringContaining('nothing to put back') });
  expect(await stage.standing()).toEqual(found);
});

test('cancelled between the two halves, and somebody else released since: there is nothing to hold', async () => {
  await stage.commit();
  const job = stage.job('deploy', { ...WINDOW, cancelBefore: /^Deploy to Heroku$/ });
  await job.end;
  await stage.heroku.control.act(APP_NAME, { action: 'config', vars: { CHANGED: `${Date.now()}` } });

  expect(await stage.job('recover').end).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual(found);
});

test('a migration that outlives its client is awaited, and held: whether it succeeded is not proven', async () => {
  const [, middle] = MIGRATION_PHASES as [Phase, Phase];
  const parameters = { 'migrate-command': `trap '' HUP TERM; ${MIGRATION}` };
  const { workflow } = await lostAt(stage, { ...middle, parameters });
  expect(await stage.standing()).toMatchObject({ oneOffs: 1 });

  const recovery = stage.job('recover', { workflow });
  await recovery.until(/Waiting for run\.\d+, the migration of the earlier run/);
  await stage.letMigrate();

  expect(await recovery.end).toMatchObject({ exitCode: 4 });
  expect(await stage.standing()).toMatchObject({
    formation: stopped,
    page: true,
    oneOffs: 0,
    ledger: [`begin ${stage.newest}`, `end ${stage.newest}`],
  });
});
