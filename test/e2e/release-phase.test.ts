import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world.close();
});

/** A release phase that passes only where a config var is set. */
const RELEASE = { Procfile: `${APP_FILES['Procfile']}release: echo migrating && test "$SCHEMA" = ready\n` };

test('a failing release phase is red and says what serves; repaired by a config var, the same job deploys', async () => {
  const first = await world.pushByHand();
  const second = await world.repository.commit({ ...RELEASE, 'greeting.txt': 'two' });

  const failed = await world.deploy();

  expect(failed.job.status).toBe('failed');
  expect(failed.exitCode).toBe(5);
  expect(failed.log).toMatch(/\| migrating/);
  expect(failed.log).toContain('State now:');
  expect(failed.log).toContain(`(${first.slice(0, 8)}), succeeded`);
  expect(failed.result).toMatchObject({
    verdict: 'incomplete',
    database: 'unknown',
    releaseAfter: { commit: first },
    error: { phase: 'release', next: expect.stringContaining('run the job again') },
  });
  expect(await world.visit()).toBe('200 one');

  await world.heroku.control.act(APP, { action: 'config', vars: { SCHEMA: 'ready' } });
  const builds = (await world.heroku.control.app(APP)).builds.length;
  const repaired = await world.deploy();

  expect(repaired.exitCode).toBe(0);
  expect(repaired.result).toMatchObject({ database: 'migrated', releaseAfter: { commit: second } });
  expect((await world.heroku.control.app(APP)).builds.length).toBe(builds);
  expect(await world.visit()).toBe('200 two');
});

test('a release phase that succeeds is streamed, and counts as the migration', async () => {
  await world.repository.commit({
    ...APP_FILES,
    Procfile: `${APP_FILES['Procfile']}release: echo all tables made\n`,
  });
  await world.heroku.control.changeSettings(APP, { releaseStartDelayMs: 300 });

  const { exitCode, result, log } = await world.deploy();

  expect(exitCode).toBe(0);
  expect(log).toMatch(/all tables made/);
  expect(result?.database).toBe('migrated');
});

test('a release phase that outlives release-timeout is unknown, not failed, and nothing is taken back', async () => {
  await world.pushByHand();
  const second = await world.repository.commit({
    Procfile: `${APP_FILES['Procfile']}release: sleep 6\n`,
    'greeting.txt': 'two',
  });
  // Git waits for the release phase too, so the build is brought in by its slug: first fail, then again.
  await world.heroku.control.changeSettings(APP, { releaseResult: 'fail' });
  await world.deploy();
  await world.heroku.control.changeSettings(APP, { releaseResult: 'as-command' });

  const { exitCode, result, log } = await world.deploy({ parameters: { 'release-timeout': '2s' } });

  expect(exitCode).toBe(4);
  expect(result).toMatchObject({ verdict: 'unknown', database: 'unknown', error: { phase: 'release' } });
  expect(log).toContain('release-timeout');
  expect(log).toContain('State now:');
  const ended = await world.heroku.control.until(APP, (app) =>
    app.releases.every((one) => one.status !== 'pending'),
  );
  expect(ended.releases.find((one) => one.current)?.commit).toBe(second);
});

test('of an image, which has no slug that would tell, it fails as a release phase does', async () => {
  await world.heroku.control.act(APP, { action: 'describe', stack: 'container', buildStack: 'container' });
  const first = await world.pushByHand();
  await world.repository.commit({ ...RELEASE, 'greeting.txt': 'two' });

  const { exitCode, result, log } = await world.deploy();

  expect(log).toMatch(/\| migrating/);
  expect(exitCode).toBe(5);
  expect(result).toMatchObject({ verdict: 'incomplete', database: 'unknown' });
  expect((await world.heroku.control.app(APP)).releases.find((one) => one.current)?.commit).toBe(first);

  await world.heroku.control.act(APP, { action: 'config', vars: { SCHEMA: 'ready' } });
  const repaired = await world.deploy();

  expect(repaired.exitCode).toBe(0);
  expect(await world.visit()).toBe('200 two');
});
