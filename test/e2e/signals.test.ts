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
  await world.pushByHand();
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

test('SIGTERM during a release phase awaits its end; once it has succeeded there is no way back', async () => {
  await world.pushByHand();
  const second = await world.repository.commit({
    'greeting.txt': 'two',
    Procfile: `${APP_FILES['Procfile']}release: sleep 2\n`,
  });
  const controller = new AbortController();
  const run = world.deploy({ terminate: controller.signal, terminationGraceMs: 60_000 });
  await world.heroku.control.until(APP, (app) =>
    app.releases.some((release) => release.status === 'pending'),
  );

  controller.abort();
  const { log } = await run;

  expect(log).toContain('has succeeded, so its code stays');
  expect(log).toContain('incomplete (exit 5)');
  expect(log).toMatch(/State now:[^]*database {4}migrated/);
  const after = await world.heroku.control.app(APP);
  expect(after.releases.find((release) => release.current)?.commit).toBe(second);
});

test('SIGTERM during a release phase that then fails says that the database may have changed', async () => {
  await world.pushByHand();
  await world.repository.commit({ Procfile: `${APP_FILES['Procfile']}release: sleep 2; exit 1\n` });
  const controller = new AbortController();
  const run = world.deploy({ terminate: controller.signal, terminationGraceMs: 60_000 });
  await world.heroku.control.until(APP, (app) =>
    app.releases.some((release) => release.status === 'pending'),
  );

  controller.abort();
  const { log } = await run;

  expect(log).toContain('what it did to the database until then stays');
  expect(log).toContain('incomplete (exit 5)');
  expect(await world.visit()).toBe('200 one');
});
