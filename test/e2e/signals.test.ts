import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world.close();
});

test('SIGTERM while Heroku builds cancels the build, and the app serves what it served', async () => {
  await world.repository.commit(APP_FILES);
  await world.deploy();
  await world.repository.commit({ 'greeting.txt': 'two' });
  await world.heroku.control.changeSettings(APP, { buildMs: 60_000 });
  const controller = new AbortController();
  const run = world.deploy({ terminate: controller.signal, terminationGraceMs: 30_000 });
  await world.heroku.control.until(APP, (app) => app.builds.some((build) => build.status === 'pending'));

  controller.abort();
  const { job, log } = await run;

  expect(job.status).toBe('canceled');
  expect(log).toContain('SIGTERM: stopping and putting things back.');
  expect(log).toContain('Cancelling the pending build');
  expect(log).toContain('corner-shop: interrupted (exit 143)');
  const after = await world.heroku.control.app(APP);
  expect(after.builds.map((build) => build.status).sort()).toEqual(['failed', 'succeeded']);
  expect(after.currentRelease).toBe(3);
  expect(await world.visit()).toBe('200 one');
});

test('SIGTERM during a release phase awaits its end and puts the earlier code back', async () => {
  await world.repository.commit(APP_FILES);
  await world.deploy();
  const second = await world.repository.commit({
    'greeting.txt': 'two',
    Procfile: `${APP_FILES['Procfile']}release: sleep 2\n`,
  });
  const controller = new AbortController();
  const run = world.deploy({ terminate: controller.signal, terminationGraceMs: 30_000 });
  await world.heroku.control.until(APP, (app) =>
    app.releases.some((release) => release.status === 'pending'),
  );

  controller.abort();
  const { log } = await run;

  expect(log).toContain('Releasing the code of v3');
  expect(log).toContain('(exit 143)');
  const after = await world.heroku.control.app(APP);
  const current = after.releases.find((release) => release.current);
  expect(current?.commit).not.toBe(second);
  expect(await world.visit()).toBe('200 one');
});
