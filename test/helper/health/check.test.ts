import { generate } from 'selfsigned';
import { checkHealth, Unhealthy } from '../../../src/helper/health/check.ts';
import type { HealthCheck } from '../../../src/helper/health/target.ts';
import type { Clock } from '../../../src/helper/ports/clock.ts';
import type { Dyno, Heroku } from '../../../src/helper/ports/heroku.ts';
import { systemClock } from '../../../src/helper/time/system-clock.ts';
import { RecordingLog } from '../../support/recording-log.ts';
import {
  garbage,
  reset,
  resetWithin,
  ScriptedServer,
  stall,
  stallWithin,
  text,
  type Reply,
} from '../../support/scripted-server.ts';

let server: ScriptedServer;
let log: RecordingLog;

beforeAll(async () => {
  // The first request would have to wait for it.
  await import('node-fetch');
});

beforeEach(async () => {
  server = await new ScriptedServer().listen();
  log = new RecordingLog();
});

afterEach(() => server.close());

/** Pauses between requests take no time; what limits a request passes twenty times faster. */
function createTestClock(interruption: AbortSignal): Clock {
  let now = 0;
  return {
    now: () => now,
    async sleep(ms, signal) {
      if (signal !== interruption) return systemClock.sleep(ms / 20, signal);
      signal.throwIfAborted();
      now += ms;
    },
  };
}

interface Given extends Partial<HealthCheck> {
  readonly signal?: AbortSignal;
  /** What Heroku lists, one list for each time it is asked; the last one stays. */
  readonly dynos?: readonly (() => readonly Partial<Dyno>[])[];
  readonly version?: number;
  readonly limit?: number;
}

async function check({
  signal = new AbortController().signal,
  dynos = [() => []],
  version,
  limit = 24_000,
  ...given
}: Given = {}): Promise<void> {
  const lists = [...dynos];
  const heroku = {
    dynos: async () => (lists.length > 1 ? lists.shift() : lists[0])?.() ?? [],
  } as unknown as Heroku;
  const url = given.url ?? new URL(`${server.url}/up`);
  const full = {
    accepts: (status: number) => status < 400,
    text: '',
    successes: 3,
    shown: 'URL',
    ...given,
    url,
  };
  const ports = { heroku, clock: createTestClock(signal), log, signal };
  await checkHealth(
    { ports, settings: { 'app-name': 'shop' } },
    full,
    { ms: limit, parameter: 'health-timeout' },
    version,
  );
}

const failure = async (given: Given = {}): Promise<Unhealthy> => {
  const error: unknown = await check(given).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Unhealthy)) throw error;
  expect(error.verdict).toBe('incomplete');
  return error;
};

/** Sends these pieces, each as a chunk of its own. */
const chunks =
  (...pieces: readonly string[]): Reply =>
  async (response) => {
    for (const piece of pieces) {
      await new Promise((resolve) => response.write(piece, resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };

describe('answers in a row', () => {
  it('are counted anew after one that is not accepted, and every change is logged', async () => {
    server.on('GET /up', text(200, 'up'), text(503, 'down'), text(200, 'up'));
    await check({ successes: 2 });
    expect(server.requests).toHaveLength(4);
    expect(log.infos).toEqual([
      'URL answered 200.',
      'URL answered 503.',
      'URL answered 200.',
      'shop is healthy: 2 in a row.',
    ]);
  });

  it('are told with the last of them when the limit is over', async () => {
    server.on('GET /up', text(200, 'up'), text(200, 'up'), text(500, 'secret words of a stack trace'));
    const error = await failure();
    expect(error.what).toBe('shop did not become healthy within 24 s: URL answered 500.');
    expect(error.why).toContain('3 accepted answers in a row');
    expect(error.why).toContain('2 came at the most');
    expect(error).toMatchObject({ parameter: 'health-timeout', interrupted: false });
    expect(log.all + error.message).not.toContain('secret words');
    expect(server.requests).toHaveLength(13);
  });

  it('count only once no dyno of an older release is left that may have given them', async () => {
    const older = { type: 'web', name: 'web.1', releaseVersion: 6 };
    const ours = { type: 'web', name: 'web.1', releaseVersion: 7 };
    const others = [
      { type: 'worker', name: 'worker.1', releaseVersion: 6 },
      { type: 'web', name: 'web.4711', releaseVersion: 6 },
    ];
    server.on('GET /up', text(200, 'up'));
    await check({ successes: 1, version: 7, dynos: [() => [ours, older], () => [ours, ...others]] });
    expect(log.infos).toEqual([
      'URL answered 200, but web.1 (v6) may have given it.',
      'URL answered 200.',
      'shop is healthy: 1 in a row.',
    ]);
  });

  it('do not count while it cannot be read which dynos serve', async () => {
    server.on('GET /up', text(200, 'up'));
    const { HerokuCdError } = await import('../../../src/helper/errors.ts');
    const broken = (): never => {
      throw new HerokuCdError('failed', { what: 'Heroku answered 500.' });
    };
    await check({ successes: 1, version: 7, dynos: [broken, () => []] });
    expect(log.infos[0]).toContain('which release gave it cannot be read: Heroku answered 500.');
    expect((await failure({ version: 7, dynos: [broken] })).what).toContain('cannot be read');
  });
});

describe('a request', () => {
  it('carries no credentials, has a connection of its own, and follows no redirect', async () => {
    server.on('GET /up', text(302, '', { Location: `${server.url}/login` })).on('GET /login', text(500, ''));
    await check();
    expect(server.routes).toEqual(['GET /up', 'GET /up', 'GET /up']);
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({ connection: 'close', 'accept-encoding': 'identity' });
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('cookie');
    }
  });

  it('finds its text however the body is cut, beyond ASCII too', async () => {
    const [first, second] = [Buffer.from('✓').subarray(0, 1), Buffer.from('✓').subarray(1)];
    const split: Reply = (response) => {
      response.write('{"status":"o', () => {
        response.write(Buffer.concat([Buffer.from('k '), first]), () => response.end(second));
      });
    };
    server.on('GET /up', split, chunks('{"status"', ':"ok', ' ', '✓"}'));
    await check({ text: '"ok ✓' });
    expect(server.requests).toHaveLength(3);
    expect((await failure({ text: 'ok ✗' })).what).toContain('answered 200, without the text.');
  });

  it('reads no more of a body than a megabyte, and lets go of it', async () => {
    let written = 0;
    const gone = new Promise<void>((resolve) => {
      server.on('GET /up', (response) => {
        response.on('close', resolve);
        const more = (): void => {
          written += 65_536;
          response.write('x'.repeat(65_536), (error) => (error ? undefined : setImmediate(more)));
        };
        more();
      });
    });
    const error = await failure({ text: 'y' });
    expect(error.what).toContain('answered 200, without the text in the first megabyte.');
    await gone;
    expect(written).toBeGreaterThan(1024 * 1024);
  });

  it.each<[string, Reply, RegExp]>([
    ['is not answered', stall, /URL gave no answer in time/],
    ['is answered by half a body', stallWithin(200, 'half'), /answered 200, and no end in time/],
    ['is reset', reset, /URL broke the connection \(ECONNRESET\)/],
    ['is reset within the body', resetWithin(200, 'a body'), /answered 200, and broke the connection/],
    ['is answered by something else than HTTP', garbage, /gave an answer that is not HTTP \(HPE_/],
    ['is refused', text(404, 'no'), /answered 404\./],
  ])('that %s is described', async (_how, reply, what) => {
    server.on('GET /up', reply);
    expect((await failure({ text: 'here', limit: 2_000 })).what).toMatch(what);
    expect(log.infos[0]).toMatch(what);
  });

  it('goes nowhere without a name, a listener or a certificate that is trusted', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const tls = await new ScriptedServer({ key, cert }).listen();
    try {
      const untrusted = await failure({ url: new URL(tls.url) });
      expect(untrusted.what).toMatch(/has a certificate that is not trusted \((DEPTH_ZERO|ERR_TLS)/);
      expect(tls.requests).toHaveLength(0);
      const noTls = await failure({ url: new URL(server.url.replace('http:', 'https:')) });
      expect(noTls.what).toMatch(/speaks no TLS that fits|broke the connection/);
      const closed = new URL(tls.url.replace('https:', 'http:'));
      await tls.close();
      expect((await failure({ url: closed })).what).toContain('refused the connection (ECONNREFUSED)');
      const nameless = await failure({ url: new URL('http://nowhere.invalid/') });
      expect(nameless.what).toMatch(/has a name that leads nowhere|gave no answer/);
    } finally {
      await tls.close().catch(() => undefined);
    }
  });
});

describe('a signal', () => {
  it.each(['before', 'within'])('%s a request ends the check, and the deployment stays', async (when) => {
    const interruption = new AbortController();
    const stop = (): void => interruption.abort(new Error('Interrupted by SIGTERM.'));
    server.on('GET /up', (response) =>
      when === 'within' ? stop() : text(200, 'up')(response, server.requests[0]!),
    );
    if (when === 'before') stop();
    const error = await failure({ signal: interruption.signal });
    expect(error.interrupted).toBe(true);
    expect(error.what).toMatch(/^Interrupted by SIGTERM\. The deployment of shop is done and stays/);
  });
});
