import type { Cache } from '../../../src/helper/caches/cache.ts';
import { checkMemcached, flushMemcached } from '../../../src/helper/caches/memcached.ts';
import { Interrupted } from '../../../src/helper/errors.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import { systemClock } from '../../../src/helper/time/system-clock.ts';
import { createClock } from '../../../src/helper/time/time-lapse.ts';
import {
  cacheHas,
  CACHE_PASSWORD,
  CACHE_USER,
  fillCaches,
  type Memcached,
  startMemcached,
} from '../../support/memcached.ts';
import { RecordingLog } from '../../support/recording-log.ts';
import { type Act, OP, ScriptedMemcached } from '../../support/scripted-memcached.ts';
import { json, ScriptedServer, text } from '../../support/scripted-server.ts';

const PROVEN = 'flushed, proven by a probe key that is gone';
const LIMIT_MS = 600_000;

let real: readonly Memcached[];
let log: RecordingLog;
const scripted: ScriptedMemcached[] = [];

beforeAll(async () => {
  real = await startMemcached(4);
  // The fourth is dead; its port was a server's a moment ago.
  await real[3]?.stop();
});

afterAll(async () => {
  await Promise.all(real.map((one) => one.stop()));
});

beforeEach(() => {
  log = new RecordingLog();
});

afterEach(async () => {
  await Promise.all(scripted.splice(0).map((one) => one.close()));
});

function addresses(...indexes: number[]): string[] {
  return indexes.map((index) => real[index]?.address ?? '');
}

function cacheOf(list: readonly string[], over: { password?: string; api?: string } = {}): Cache {
  return {
    prefix: 'MEMCACHIER',
    foundIn: 'config vars',
    servers: list.map((one) => ({ host: '127.0.0.1', port: Number(one.split(':')[1]) })),
    username: new Secret(CACHE_USER),
    password: new Secret(over.password ?? CACHE_PASSWORD),
    api: over.api === undefined ? undefined : new URL(over.api),
  };
}

/** What became of each server, in order. Pauses between tries pass quickly, and so does the limit. */
async function flush(cache: Cache, factor = 10, limitMs = LIMIT_MS) {
  const all = await flushMemcached({ clock: createClock(factor), log }, cache, limitMs);
  expect(all.map((one) => one.cache)).toEqual(
    cache.servers.map(({ port }) => `127.0.0.1:${port} (MEMCACHIER)`),
  );
  return all.map(({ flushed, how }) => (flushed ? how : `NOT: ${how}`));
}

async function script(acts: Readonly<Record<number, Act>>): Promise<ScriptedMemcached> {
  const one = await ScriptedMemcached.start(acts);
  scripted.push(one);
  return one;
}

describe('real memcached with SASL', () => {
  it.each([[[0]], [[0, 1, 2]]])('flushes every server of %j, and proves it', async (indexes) => {
    const list = addresses(...indexes);
    await fillCaches(list);
    expect(await flush(cacheOf(list))).toEqual(list.map(() => PROVEN));
    for (const address of list) expect(await cacheHas(address, 'kept')).toBe(false);
  });

  it('flushes the others where one is dead, and names that one', async () => {
    const list = addresses(0, 3, 2);
    await fillCaches(addresses(0, 2));
    expect(await flush(cacheOf(list))).toEqual([PROVEN, 'NOT: cannot be reached (ECONNREFUSED)', PROVEN]);
    for (const address of addresses(0, 2)) expect(await cacheHas(address, 'kept')).toBe(false);
  });

  it('fails with a wrong password, and flushes nothing', async () => {
    await fillCaches(addresses(0));
    const wrong = cacheOf(addresses(0), { password: 'wrong-password' });
    expect(await flush(wrong)).toEqual(['NOT: refuses the user name and password']);
    expect(await cacheHas(addresses(0)[0] ?? '', 'kept')).toBe(true);
  });

  it('can be looked at before, which changes nothing', async () => {
    await fillCaches(addresses(0));
    const ports = { clock: createClock(10), log };
    expect(await checkMemcached(ports, cacheOf(addresses(0)), LIMIT_MS)).toEqual([]);
    expect(
      await checkMemcached(ports, cacheOf(addresses(0, 3), { password: 'wrong-password' }), LIMIT_MS),
    ).toEqual([
      `${addresses(0)[0]} refuses the user name and password`,
      `${addresses(3)[0]} cannot be reached (ECONNREFUSED)`,
    ]);
    expect(await cacheHas(addresses(0)[0] ?? '', 'kept')).toBe(true);
  });
});

describe('a server that is none', () => {
  it.each<[string, Record<number, Act>, string]>([
    ['says that it flushed, and did not', { [OP.flush]: 0 }, 'still has the probe key: nothing was flushed'],
    ['refuses the flush', { [OP.flush]: 0x83 }, 'answered the flush with status 0x0083'],
    ['lets the user in and not flush', { [OP.flush]: 0x20 }, 'its credentials lack the capability'],
    ['is read only', { [OP.set]: 0x05 }, 'answered the probe key with status 0x0005'],
    ['drops what it is given', { [OP.set]: 0 }, 'did not keep the probe key'],
    ['does not tell whether the probe is gone', { [OP.get]: 0x86 }, 'did not keep the probe key'],
    ['is something else', { [OP.mechanisms]: 'garbage' }, 'does not speak memcached’s binary protocol'],
    ['sends without end', { [OP.get]: 'flood' }, 'sends more than it was asked for'],
    ['closes in good order before the login', { [OP.mechanisms]: 'close' }, 'closed the connection'],
    ['closes in good order at the login', { [OP.login]: 'close' }, 'closed the connection'],
    ['closes in good order instead of flushing', { [OP.flush]: 'close' }, 'closed the connection'],
    ['resets the connection', { [OP.flush]: 'reset' }, 'broke the connection (ECONNRESET)'],
  ])('%s', async (_what, acts, how) => {
    const bad = await script(acts);
    const [first, second] = await flush(cacheOf([bad.address, ...addresses(1)]), 100);
    expect(first).toMatch(/^NOT: /);
    expect(first).toContain(how);
    expect(second).toBe(PROVEN);
  });

  it.each<[string, Record<number, Act>]>([
    ['takes the connection and says nothing', { [OP.mechanisms]: 'nothing' }],
    ['says nothing to the login', { [OP.login]: 'nothing' }],
    ['says nothing to the flush', { [OP.flush]: 'nothing' }],
  ])('%s: the limit ends it, for that server alone', async (_what, acts) => {
    const silent = await script(acts);
    const ports = { clock: createClock(2), log };
    const all = await flushMemcached(ports, cacheOf([silent.address, ...addresses(1)]), 1_000);
    expect(all.map(({ flushed, how, unreachable }) => [flushed, how, unreachable])).toEqual([
      [false, 'did not answer within 1.0 s', true],
      [true, PROVEN, undefined],
    ]);
    // Nothing of it is left that would keep a process alive.
    expect(silent.asked.filter((operation) => operation === OP.mechanisms)).toHaveLength(1);
  });

  it('is tried again where only the connection failed', async () => {
    const acts: Record<number, Act> = { [OP.set]: 'reset' };
    const bad = await script(acts);
    bad.onRequest = () => {
      if (bad.asked.filter((operation) => operation === OP.set).length === 2) delete acts[OP.set];
    };
    expect(await flush(cacheOf([bad.address]), 100)).toEqual([PROVEN]);
  });

  it('is given a moment until a flush has come around', async () => {
    let looks = 0;
    const acts: Record<number, Act> = { [OP.flush]: 0 };
    const slow = await script(acts);
    slow.onRequest = (operation) => {
      if (operation === OP.get && slow.asked.includes(OP.flush) && (looks += 1) === 3) acts[OP.get] = 1;
    };
    expect(await flush(cacheOf([slow.address]), 100)).toEqual([PROVEN]);
  });

  it('is left at once when the run is interrupted', async () => {
    const controller = new AbortController();
    const silent = await script({ [OP.flush]: 'nothing' });
    silent.onRequest = (operation) => {
      if (operation === OP.flush) controller.abort(new Interrupted('SIGTERM'));
    };
    const ports = { clock: systemClock, log, signal: controller.signal };
    await expect(flushMemcached(ports, cacheOf([silent.address]), LIMIT_MS)).rejects.toThrow(
      'Interrupted by SIGTERM',
    );
  });
});

describe('MemCachier’s HTTP API', () => {
  const BY_API = 'flushed by MemCachier’s API, proven by a probe key that is gone';
  let api: ScriptedServer;

  beforeEach(async () => {
    api = await new ScriptedServer().listen();
  });

  afterEach(() => api.close());

  /** Flushes over the protocol when it is asked to, as the API does behind the scenes. */
  const really =
    (list: readonly string[], status = 204) =>
    async (response: Parameters<ReturnType<typeof text>>[0]) => {
      await flushMemcached({ clock: systemClock, log }, cacheOf(list), LIMIT_MS);
      response.writeHead(status).end();
    };

  it('flushes, and every server that can be reached has to prove it', async () => {
    await fillCaches(addresses(0, 1));
    api.on('POST /api/v2/caches/12/flush', really(addresses(0, 1)));
    const cache = cacheOf(addresses(0, 1), { api: `${api.url}/api/v2/caches/12` });
    expect(await flush(cache)).toEqual([BY_API, BY_API]);
    const [asked] = api.to('POST /api/v2/caches/12/flush');
    expect(asked?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${CACHE_USER}:${CACHE_PASSWORD}`).toString('base64')}`,
    );
    expect(await cacheHas(addresses(0)[0] ?? '', 'kept')).toBe(false);
  });

  it('is not believed where a server still has its keys', async () => {
    api.on('POST /api/v2/caches/12/flush', text(204, ''));
    const cache = cacheOf(addresses(0), { api: `${api.url}/api/v2/caches/12` });
    expect(await flush(cache, 20)).toEqual([
      'NOT: says that it is flushed, and still has the probe key: nothing was flushed',
    ]);
  });

  it('is believed for servers that cannot be reached, and says so', async () => {
    api.on('POST /api/v2/caches/12/flush', text(204, ''));
    const cache = cacheOf(addresses(3), { api: `${api.url}/api/v2/caches/12` });
    const [how] = await flush(cache, 20);
    expect(how).toContain('flushed, as MemCachier’s API says; not proven');
    expect(log.warnings.join()).toContain('not proven');
  });

  it('is asked for the cache’s id where the address has none', async () => {
    api.on('GET /api/v1/login', json(200, { cache_id: 34 }));
    api.on('POST /api/v2/caches/34/flush', really(addresses(0)));
    expect(await flush(cacheOf(addresses(0), { api: api.url }))).toEqual([BY_API]);
  });

  it.each([
    [200, 'answered 200: it flushed nothing'],
    [401, 'bad user name or password'],
    [403, 'the credentials lack the API capability'],
    [404, 'no such cache'],
    [302, 'answered 302'],
    [503, 'answered 503'],
  ])('has flushed nothing with status %d', async (status, why) => {
    api.on('POST /api/v2/caches/12/flush', text(status, '', { Location: `${api.url}/elsewhere` }));
    const [how] = await flush(cacheOf(addresses(0), { api: `${api.url}/api/v2/caches/12` }), 100);
    expect(how).toMatch(/^NOT: was not flushed/);
    expect(how).toContain(why);
    expect(api.routes).not.toContain('POST /elsewhere');
    expect(api.routes).toHaveLength(status === 503 ? 3 : 1);
  });

  it.each([json(200, {}), text(200, 'not json'), text(401, 'Bad user')])(
    'may not tell the id',
    async (reply) => {
      api.on('GET /api/v1/login', reply);
      const [how] = await flush(cacheOf(addresses(0), { api: api.url }), 100);
      expect(how).toMatch(/^NOT: was not flushed/);
    },
  );
});
