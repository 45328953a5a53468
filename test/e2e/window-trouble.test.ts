import { APP, createWorld, type World } from './support/world.ts';

let world: World;
let before: readonly string[];

beforeEach(async () => {
  world = await createWorld();
  await world.pushByHand();
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 2, worker: 3 } });
  before = await world.formation();
  await world.repository.commit({ 'greeting.txt': 'two' });
});

afterEach(() => world.close());

const always = { parameters: { maintenance: 'always' } };

test('an autoscaler that does not leave the workers alone ends the deployment, and all is undone', async () => {
  const { control } = world.heroku;
  await control.changeSettings(APP, { buildMs: 60_000 });
  const run = world.deploy(always);
  await control.until(APP, ({ builds }) => builds.some(({ status }) => status === 'pending'));
  for (let time = 0; time < 2; time += 1) {
    await control.until(APP, ({ formation, dynos }) => {
      const worker = formation.find(({ type }) => type === 'worker');
      return worker?.quantity === 0 && !dynos.some(({ type }) => type === 'worker');
    });
    await control.act(APP, { action: 'scale', formation: { worker: 1 }, as: 'autoscaler@example.com' });
  }

  const { exitCode, log } = await run;

  expect({ exitCode, log }).toMatchObject({ exitCode: 1 });
  expect(log).toContain('worker.1 was started on');
  expect(log).toContain('worker came back while the window is open; stopping again.');
  expect(log).toContain('worker came back to life on corner-shop a second time');
  expect(log).toContain('left as they are: worker (1)');
  const after = await control.app(APP);
  expect(after.maintenance).toBe(false);
  expect(after.builds.at(-1)?.status).toBe('failed');
  expect((await world.formation())[0]).toBe(before[0]);
  expect(await world.visit()).toBe('200 one');
});

test('an undo that Heroku refuses keeps the page on: exit 3, with the state, and recover finishes it', async () => {
  const { control } = world.heroku;
  await control.changeSettings(APP, { buildResult: 'fail' });
  // The first one stops the workers.
  control.addFault({
    match: { surface: 'api', method: 'PATCH', path: '/formation$', nth: 2, times: 100 },
    effect: { kind: 'status', status: 422, message: 'This app cannot be scaled now.' },
  });

  const { exitCode, log, result } = await world.deploy({
    ...always,
    context: { HEROKU_CD_TIME_LAPSE: '20' },
  });

  expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
  expect(result).toMatchObject({ verdict: 'held', maintenance: { before: false, after: true } });
  expect(log).toContain('State now:\n');
  expect(log).toMatch(/maintenance on\n.*process {5}web: 2 x Standard-1X\n.*process {5}worker: 0 x/);
  expect(log).toContain('This app cannot be scaled now.');

  control.clearFaults();
  const recovered = await world.deploy({ orbJob: 'recover', parameters: { 'release-hold': true } });
  expect(recovered.exitCode).toBe(0);
  expect(await world.formation()).toEqual(before);
  expect(await world.visit()).toBe('200 one');
});

test('another actor’s release right before the page comes off: stopped, held, and named', async () => {
  const { control } = world.heroku;
  // Old dynos beside the new ones for a while, so that the page is still on when the other one comes.
  await control.changeSettings(APP, { prebootOverlapMs: 4_000 });
  await control.act(APP, { action: 'feature', name: 'preboot', enabled: true });
  const run = world.deploy(always);
  await control.until(
    APP,
    ({ releases, formation }) =>
      releases.length === 4 && formation.find(({ type }) => type === 'worker')?.quantity === 3,
  );
  await control.act(APP, { action: 'config', vars: { COLOUR: 'red' }, as: 'colleague@example.com' });

  const { exitCode, log } = await run;

  expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
  expect(log).toMatch(
    /Somebody else \(c…@example\.com\) released v5 on corner-shop.*"Set COLOUR config vars"/,
  );
  expect(log).toContain('State now:');
  expect((await control.app(APP)).maintenance).toBe(true);
});

test('in a Private Space web is not stopped, because it serves the page', async () => {
  Object.assign(world.app(), { space: { id: '5b0f3b0a-8b1a-4c3c-9d5e-6f7a8b9c0d1e', name: 'inner-circle' } });
  const { exitCode, log } = await world.deploy({ parameters: { maintenance: 'always', 'stop-web': true } });
  expect({ exitCode, log }).toMatchObject({ exitCode: 2 });
  expect(log).toContain('stop-web: corner-shop is in the Private Space inner-circle.');
  expect(await world.formation()).toEqual(before);
});

test('a web dyno that crashes after the migration never gets the page taken off it as a success', async () => {
  await world.heroku.control.changeSettings(APP, { crashRestartMs: 200 });
  // It answers at first, and dies of what it could not reach.
  await world.repository.commit({
    'web.js': `require('node:http').createServer((q, a) => a.end('two')).listen(process.env.PORT);
setTimeout(() => process.exit(1), 150);\n`,
  });

  const { exitCode, log, result } = await world.deploy({
    parameters: { 'migrate-command': 'echo migrated', 'boot-timeout': '3s' },
  });

  expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
  expect(result).toMatchObject({ verdict: 'held', database: 'migrated', maintenance: { after: true } });
  expect(log).toMatch(/every web dyno to be up on the current release, and to stay up, in vain/);
  expect(log).toContain('State now:');
});

test('with preboot, the migration waits for the old dynos; a process type that is gone is named', async () => {
  const { control } = world.heroku;
  await control.changeSettings(APP, { prebootOverlapMs: 2_000 });
  await control.act(APP, { action: 'feature', name: 'preboot', enabled: true });
  await world.repository.commit({ Procfile: 'web: node web.js\njobs: node worker.js\n' });
  const run = world.deploy({ parameters: { 'migrate-command': 'echo migrated' } });
  const overlap = await control.until(
    APP,
    ({ dynos, currentRelease }) =>
      dynos.filter(({ type, state }) => type === 'web' && state === 'up').length === 4 &&
      currentRelease === 4,
  );
  expect(overlap.oneOffs).toEqual([]);
  const migrating = await control.until(APP, ({ oneOffs }) => oneOffs.length > 0);
  expect(migrating.dynos.filter(({ release }) => release < 4)).toEqual([]);

  const { exitCode, log } = await run;

  expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
  expect(log).toContain('Dynos of earlier releases still run (preboot)');
  expect(log).toContain('worker: no such type any more; new, and without a dyno: jobs');
  expect((await control.app(APP)).maintenance).toBe(false);
  expect(await world.visit()).toBe('200 two');
});

test('a process type that is misspelt is refused before anything is touched', async () => {
  const { exitCode, log } = await world.deploy({
    parameters: { maintenance: 'always', 'scale-down': 'wroker' },
  });
  expect({ exitCode, log }).toMatchObject({ exitCode: 2 });
  expect(log).toContain('scale-down: the app has no process type wroker.');
});
