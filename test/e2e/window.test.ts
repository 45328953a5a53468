import { APP, createWorld, type World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
  await world.pushByHand();
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 2, worker: 3 } });
  await world.heroku.control.act(APP, { action: 'resize', sizes: { worker: 'standard-2x' } });
});

afterEach(async () => {
  await world.close();
});

const always = { parameters: { maintenance: 'always' } };

test('a window shows the page and stops the workers while Heroku builds, and is closed as it was found', async () => {
  const before = await world.formation();
  await world.repository.commit({ 'greeting.txt': 'two' });
  await world.heroku.control.changeSettings(APP, { buildMs: 2_000 });
  const run = world.deploy(always);

  const during = await world.heroku.control.until(APP, (app) =>
    app.builds.some((build) => build.status === 'pending'),
  );
  expect(during.maintenance).toBe(true);
  expect(during.formation.find((one) => one.type === 'worker')?.quantity).toBe(0);
  expect(during.dynos.filter((dyno) => dyno.type === 'worker' && dyno.listed)).toEqual([]);
  expect(await world.visit()).toMatch(/^503[^]*Offline for Maintenance/);

  const { exitCode, result } = await run;

  expect(exitCode).toBe(0);
  expect(await world.formation()).toEqual(before);
  expect((await world.heroku.control.app(APP)).maintenance).toBe(false);
  expect(await world.visit()).toBe('200 two');
  expect(result?.maintenance.windowSeconds).toBeGreaterThan(1);
  expect(result?.phases.map((phase) => phase.name)).toEqual([
    'preflight',
    'snapshot',
    'preflight',
    'snapshot',
    'open window',
    'ship',
    'release',
    'close window',
    'report',
  ]);
});

test('a refused push opens the app again, exactly as it was found', async () => {
  const before = await world.formation();
  await world.repository.commit({ 'greeting.txt': 'two' });
  await world.heroku.control.changeSettings(APP, { buildResult: 'fail' });

  const { exitCode, result } = await world.deploy(always);

  expect(exitCode).toBe(1);
  expect(result).toMatchObject({ verdict: 'failed', maintenance: { before: false, after: false } });
  expect(await world.formation()).toEqual(before);
  expect(await world.visit()).toBe('200 one');
});

test('a type that was at zero stays at zero', async () => {
  await world.heroku.control.act(APP, { action: 'scale', formation: { worker: 0 } });
  await world.repository.commit({ 'greeting.txt': 'two' });
  await world.deploy(always);
  expect(await world.formation()).toEqual(['web=2:Standard-1X', 'worker=0:Standard-2X']);
});

test('a page that a person switched on is refused, or kept on in success and in failure', async () => {
  await world.heroku.control.act(APP, { action: 'maintenance', enabled: true });
  await world.repository.commit({ 'greeting.txt': 'two' });

  const refused = await world.deploy(always);
  expect(refused.exitCode).toBe(2);
  expect(refused.log).toContain('if-in-maintenance');

  await world.heroku.control.changeSettings(APP, { buildResult: 'fail' });
  const keep = { parameters: { maintenance: 'always', 'if-in-maintenance': 'keep' } };
  const failed = await world.deploy(keep);
  expect(failed.exitCode).toBe(1);
  expect((await world.heroku.control.app(APP)).maintenance).toBe(true);

  await world.heroku.control.changeSettings(APP, { buildResult: 'succeed' });
  const succeeded = await world.deploy(keep);
  expect(succeeded.exitCode).toBe(0);
  expect((await world.heroku.control.app(APP)).maintenance).toBe(true);
  expect(await world.formation()).toEqual(['web=2:Standard-1X', 'worker=3:Standard-2X']);
});

test('web dynos that do not boot never get the page taken off them as success', async () => {
  const before = await world.formation();
  await world.repository.commit({ 'web.js': 'process.exit(1);\n' });

  const { exitCode, result, log } = await world.deploy({
    parameters: { maintenance: 'always', 'boot-timeout': '3s' },
  });

  expect(exitCode).toBe(1);
  expect(log).toContain('boot-timeout');
  expect(log).toContain('web.1 crashed');
  expect(result?.verdict).toBe('failed');
  expect(await world.formation()).toEqual(before);
  expect((await world.heroku.control.app(APP)).maintenance).toBe(false);
  expect(await world.visit()).toBe('200 one');
});

test('SIGTERM while the window is open puts everything back', async () => {
  const before = await world.formation();
  await world.repository.commit({ 'greeting.txt': 'two' });
  await world.heroku.control.changeSettings(APP, { buildMs: 60_000 });
  const controller = new AbortController();
  const run = world.deploy({ ...always, terminate: controller.signal, terminationGraceMs: 40_000 });
  await world.heroku.control.until(APP, (app) => app.builds.some((build) => build.status === 'pending'));

  controller.abort();
  const { log } = await run;

  expect(log).toContain('interrupted (exit 143)');
  expect(await world.formation()).toEqual(before);
  expect((await world.heroku.control.app(APP)).maintenance).toBe(false);
  expect(await world.visit()).toBe('200 one');
});
