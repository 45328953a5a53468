import {
  cacheHas,
  CACHE_PASSWORD,
  CACHE_USER,
  fillCaches,
  type Memcached,
  startMemcached,
} from '../support/memcached.ts';
import { OP, ScriptedMemcached } from '../support/scripted-memcached.ts';
import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;
let cache: Memcached;
const scripted: ScriptedMemcached[] = [];

beforeAll(async () => {
  const [one] = await startMemcached();
  if (one === undefined) throw new Error('No memcached was started.');
  cache = one;
  world = await createWorld();
  await world.pushByHand(APP_FILES);
  await world.heroku.control.act(APP, { action: 'scale', formation: { worker: 1 } });
});

afterAll(async () => {
  await cache.stop();
  await world.close();
});

afterEach(async () => {
  await Promise.all(scripted.splice(0).map((one) => one.close()));
});

async function useServers(...servers: string[]): Promise<void> {
  const vars = { CACHE_SERVERS: servers.join(' '), CACHE_USERNAME: CACHE_USER, CACHE_PASSWORD };
  await world.heroku.control.act(APP, { action: 'config', vars });
}

async function silent(): Promise<ScriptedMemcached> {
  const one = await ScriptedMemcached.start({ [OP.flush]: 'nothing' });
  scripted.push(one);
  return one;
}

const flushing = { 'flush-cache': true, 'cache-config-prefix': 'CACHE' };
const migrating = {
  orbJob: 'maintenance-wrapped-migrate',
  parameters: { ...flushing, 'migrate-command': 'true', backup: 'never' },
  environment: { HEROKU_CD_TIME_LAPSE: '5' },
} as const;

test('a renamed attachment is flushed although what follows the migration has failed', async () => {
  await useServers(cache.address);
  await fillCaches([cache.address]);
  await world.repository.commit({ 'greeting.txt': 'after' });
  const { exitCode, log, result } = await world.deploy({
    ...migrating,
    parameters: { ...migrating.parameters, 'after-migrate': 'exit 9' },
  });
  expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
  expect(result?.error?.what).toContain('after-migrate');
  expect(result?.caches).toEqual([`${cache.address} (CACHE): flushed, proven by a probe key that is gone`]);
  expect(await cacheHas(cache.address, 'kept')).toBe(false);
  expect(await world.visit()).toBe('200 after');
});

test('a signal in the middle of flushing behind the page opens the app, which is incomplete', async () => {
  const bad = await silent();
  await useServers(bad.address, cache.address);
  const controller = new AbortController();
  bad.onRequest = (operation) => {
    if (operation === OP.flush) controller.abort();
  };
  await world.repository.commit({ 'greeting.txt': 'signalled' });
  const { log } = await world.deploy({
    ...migrating,
    terminate: controller.signal,
    terminationGraceMs: 40_000,
  });
  expect(log).toContain('did not answer within 20 s');
  expect(log).toContain('incomplete (exit 5)');
  expect((await world.heroku.control.app(APP)).maintenance).toBe(false);
  expect(await world.visit()).toBe('200 signalled');
});

test('a signal while there is a way back takes the release back', async () => {
  const bad = await silent();
  await useServers(bad.address);
  const before = await world.visit();
  const controller = new AbortController();
  bad.onRequest = (operation) => {
    if (operation === OP.flush) controller.abort();
  };
  await world.repository.commit({ 'greeting.txt': 'taken back' });
  const { log } = await world.deploy({
    parameters: flushing,
    terminate: controller.signal,
    terminationGraceMs: 40_000,
  });
  expect(log).toContain('interrupted (exit 143)');
  expect(await world.visit()).toBe(before);
});
