import type { FaultRequest } from '../../src/simulator/index.ts';
import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world.close();
});

/** Waits pass twenty times as fast, so that pauses of half a minute fit into a test. */
const quickly = { environment: { HEROKU_CD_TIME_LAPSE: '20' } };

const pushPath = 'git-receive-pack$';

test.each<[string, FaultRequest]>([
  [
    'the API is rate-limited, with Retry-After',
    {
      match: { surface: 'api', nth: 3 },
      effect: { kind: 'status', status: 429, id: 'rate_limit', retryAfter: 3 },
    },
  ],
  [
    'the API is rate-limited, without Retry-After',
    { match: { surface: 'api', nth: 2 }, effect: { kind: 'status', status: 429, id: 'rate_limit' } },
  ],
  [
    'the API answers 503 as a page',
    { match: { surface: 'api', nth: 4 }, effect: { kind: 'status', status: 503, body: 'html' } },
  ],
  ['the API breaks a connection', { match: { surface: 'api', nth: 1 }, effect: { kind: 'reset' } }],
  ['the API cuts an answer', { match: { surface: 'api', nth: 5 }, effect: { kind: 'truncate' } }],
  [
    'git is rate-limited',
    {
      match: { surface: 'git', authenticated: true, nth: 1 },
      effect: { kind: 'status', status: 429, retryAfter: 2 },
    },
  ],
  [
    'git answers 503',
    { match: { surface: 'git', authenticated: true, nth: 1 }, effect: { kind: 'status', status: 503 } },
  ],
  [
    'git breaks the connection before the pack',
    { match: { surface: 'git', path: 'info/refs', nth: 1 }, effect: { kind: 'reset' } },
  ],
  [
    'git breaks the connection after the pack, and the build succeeds later',
    { match: { surface: 'git', path: pushPath, nth: 1 }, effect: { kind: 'reset', when: 'after-pack' } },
  ],
])('deploys although %s', async (_case, fault) => {
  const commit = await world.repository.commit(APP_FILES);
  await world.heroku.control.addFault(fault);

  const { exitCode, result, log } = await world.deploy(quickly);

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(result?.releaseAfter?.commit).toBe(commit);
  const { builds, releases } = await world.heroku.control.app(APP);
  expect(builds).toHaveLength(1);
  expect(releases.filter((release) => release.commit === commit)).toHaveLength(1);
  expect((await world.heroku.control.faults())[0]?.applied).toBeGreaterThan(0);
});

test('a limit of git requests that does not end is given up after git-wait, which is named', async () => {
  await world.repository.commit(APP_FILES);
  await world.heroku.control.addFault({ match: { surface: 'git' }, effect: { kind: 'status', status: 429 } });
  const before = await world.heroku.control.app(APP);

  const { exitCode, log, result } = await world.deploy({ ...quickly, parameters: { 'git-wait': '1m' } });

  expect(exitCode).toBe(1);
  expect(log).toContain('git-wait');
  expect(result).toMatchObject({ verdict: 'failed', error: { phase: 'ship' } });
  expect(await world.heroku.control.app(APP)).toEqual(before);
});

test('an API that never answers ends in one error, and nothing was changed', async () => {
  await world.repository.commit(APP_FILES);
  await world.heroku.control.addFault({
    match: { surface: 'api' },
    effect: { kind: 'status', status: 500, body: 'html' },
  });

  const { exitCode, log } = await world.deploy({ environment: { HEROKU_CD_TIME_LAPSE: '100' } });

  expect(exitCode).toBe(1);
  expect(log.match(/ERROR:/g)).toHaveLength(1);
  expect(log).toContain('500');
});

test('a lost answer to releasing a slug makes one release, not two', async () => {
  const first = await world.pushByHand();
  await world.pushByHand({ 'greeting.txt': 'two' });
  await world.heroku.control.addFault({
    match: { surface: 'api', method: 'POST', path: '/releases$', nth: 1 },
    effect: { kind: 'reset', when: 'after-effect' },
  });
  const before = (await world.heroku.control.app(APP)).releases.length;

  const { exitCode, result } = await world.deploy({
    ...quickly,
    revision: first,
    parameters: { force: true },
  });

  expect(exitCode).toBe(0);
  expect(result?.releaseAfter?.commit).toBe(first);
  expect((await world.heroku.control.app(APP)).releases.length).toBe(before + 1);
});

test('somebody else’s build is waited for, and what it released is taken into account', async () => {
  await world.repository.commit(APP_FILES);
  await world.heroku.control.changeSettings(APP, { buildMs: 12_000 });
  const other = world.deploy();
  await world.heroku.control.until(APP, (app) => app.builds.some((build) => build.status === 'pending'));

  const { exitCode, log } = await world.deploy();

  expect(log).toContain('is pending; waiting for its end');
  expect(exitCode).toBe(0);
  expect((await other).exitCode).toBe(0);
  // Both were for the same commit: the second found it deployed.
  expect(log).toContain('nothing is pushed');
});

test('somebody else’s release during preflight is another actor, and is left alone', async () => {
  await world.pushByHand();
  await world.repository.commit({ 'greeting.txt': 'two' });
  // Each half of the deployment asks for the slug of the release that it has just read. The second answer comes late,
  // and somebody is quicker.
  await world.heroku.control.addFault({
    match: { surface: 'api', method: 'GET', path: '/slugs/', nth: 2 },
    effect: { kind: 'delay', ms: 1_500 },
  });
  const run = world.deploy();
  await until(() => world.heroku.control.faults()[0]?.applied === 1);
  await world.heroku.control.act(APP, { action: 'config', vars: { NEW: 'value' } });

  const { exitCode, log } = await run;

  expect(exitCode).toBe(1);
  expect(log).toContain('Somebody else released v4');
  expect((await world.heroku.control.app(APP)).currentRelease).toBe(4);
});

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !isSo(); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  expect(isSo()).toBe(true);
}
