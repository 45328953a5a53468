import { Interrupted } from '../../../src/helper/errors.ts';
import { HerokuApiError } from '../../../src/helper/heroku/index.ts';
import { retryAfterMs } from '../../../src/helper/heroku/retry.ts';
import { json, reset, stall, text } from '../../support/scripted-server.ts';
import { bench, clientOf, closeBenches, rejection, release, rows } from './fixtures.ts';

afterEach(closeBenches);

const ROUTE = 'GET /apps/shop';
const limited = json(429, { id: 'rate_limit', message: 'Your account reached the API rate limit.' });

describe('how long it keeps trying', () => {
  it('waits twice as long each time, within the budget', async () => {
    const { server, heroku, clock, log } = await bench();
    server.on(ROUTE, text(503, 'no'));
    const error = await rejection(heroku.app('shop'));
    expect(error).toMatchObject({ verdict: 'failed', status: 503, effect: 'none' });
    expect(clock.sleeps).toEqual([2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1000));
    expect(server.requests).toHaveLength(8);
    expect(log.infos.at(-1)).toBe('Heroku answered 503, trying again in 30 s (7 of 7)');
  });

  it('keeps to a smaller budget', async () => {
    const { server, heroku, clock } = await bench({ retryBudgetMs: 10_000 });
    server.on(ROUTE, reset);
    await rejection(heroku.app('shop'));
    expect(clock.sleeps).toEqual([2_000, 4_000]);
  });

  it('can be told never to repeat', async () => {
    const { server, heroku } = await bench({ retryBudgetMs: 0 });
    server.on(ROUTE, reset);
    await rejection(heroku.app('shop'));
    expect(server.requests).toHaveLength(1);
  });

  it('spreads its waits, so that parallel jobs do not come back together', async () => {
    let turn = 0;
    const { server, heroku, clock } = await bench({ random: () => [0, 0.5, 0.999][turn++] ?? 0 });
    server.on(ROUTE, reset, reset, reset, json(200, rows.app));
    await heroku.app('shop');
    expect(clock.sleeps).toEqual([1_000, 3_000, 7_996]);
  });

  it('counts the time that the requests take towards the budget', async () => {
    const { server, heroku, clock } = await bench();
    server.on(ROUTE, (response) => {
      clock.sleeps.length = 0;
      void clock.sleep(119_000).then(() => response.writeHead(500).end());
    });
    await rejection(heroku.app('shop'));
    expect(server.requests).toHaveLength(1);
  });
});

describe('Retry-After', () => {
  it.each([
    ['seconds', '17', 17_000],
    ['no time at all', '0', 0],
    ['a fraction', '1.5', 1_500],
    ["a date, by the server's own clock", 'Mon, 06 May 2024 08:00:30 GMT', 30_000],
    ['a date that is past', 'Mon, 06 May 2024 07:59:00 GMT', 0],
  ])('is obeyed when it gives %s', async (_form, value, wait) => {
    const { server, heroku, clock } = await bench();
    const headers = { 'Retry-After': value, Date: 'Mon, 06 May 2024 08:00:00 GMT' };
    server.on(ROUTE, json(429, { id: 'rate_limit', message: 'slow' }, headers), json(200, rows.app));
    await heroku.app('shop');
    expect(clock.sleeps).toEqual([wait]);
  });

  it.each(['soon', '', '-5', 'NaN', '1e9', '0x10'])('is passed over when it says %j', async (value) => {
    const { server, heroku, clock } = await bench();
    server.on(ROUTE, json(429, { message: 'slow' }, { 'Retry-After': value }), json(200, rows.app));
    await heroku.app('shop');
    expect(clock.sleeps).toEqual([2_000]);
  });

  it('ends the call where it asks for more than the budget, and says so', async () => {
    const { server, heroku, clock } = await bench();
    server.on(ROUTE, json(429, { message: 'slow' }, { 'Retry-After': '3600' }));
    const error = (await rejection(heroku.app('shop'))) as HerokuApiError;
    expect(error.message).toContain('It asks to wait 3600 s.');
    expect(error).toMatchObject({ verdict: 'failed', status: 429 });
    expect(clock.sleeps).toEqual([]);
  });

  it('measures a date against its own clock where the server names none', () => {
    const now = Date.parse('2024-05-06T08:00:00Z');
    expect(retryAfterMs('Mon, 06 May 2024 08:00:05 GMT', undefined, now)).toBe(5_000);
    expect(retryAfterMs('Mon, 06 May 2024 08:00:05 GMT', 'rubbish', now)).toBe(5_000);
  });
});

describe('a signal', () => {
  const interrupted = new Interrupted('SIGTERM');

  it('ends a wait between tries, with its own reason', async () => {
    const stop = new AbortController();
    const { server, heroku, clock } = await bench({ signal: stop.signal });
    server.on(ROUTE, reset);
    clock.onSleep = () => stop.abort(interrupted);
    expect(await rejection(heroku.app('shop'))).toBe(interrupted);
    expect(server.requests).toHaveLength(1);
  });

  it('ends a read that is under way', async () => {
    const stop = new AbortController();
    const { server, heroku } = await bench({ signal: stop.signal });
    server.on(ROUTE, () => stop.abort(interrupted));
    expect(await rejection(heroku.app('shop'))).toBe(interrupted);
  });

  it('keeps a call from being sent at all', async () => {
    const { server, heroku } = await bench({ signal: AbortSignal.abort(interrupted) });
    expect(await rejection(heroku.app('shop'))).toBe(interrupted);
    expect(await rejection(heroku.createRelease('shop', { slugId: 's', description: 'd' }))).toBe(
      interrupted,
    );
    expect(server.requests).toHaveLength(0);
    expect(heroku.requests.total).toBe(0);
  });

  it('leaves alone the client that undoing uses, which shares counts and rate limit', async () => {
    const stop = new AbortController();
    const { server, heroku } = await bench({ signal: stop.signal });
    server.on(ROUTE, json(200, rows.app, { 'RateLimit-Remaining': '12' }));
    const undoing = heroku.withSignal(undefined);
    await heroku.app('shop');
    stop.abort(interrupted);
    await undoing.app('shop');
    expect(heroku.requests).toEqual({ total: 2, byMethod: { GET: 2 } });
    expect(undoing.requests).toEqual(heroku.requests);
    expect(undoing.slowdown).toBe(heroku.slowdown);
  });

  it('does not cut off a creation that is about to be answered', async () => {
    const stop = new AbortController();
    const { server, heroku } = await bench({ signal: stop.signal });
    server.on('GET /apps/shop/releases', json(200, [release(7)]));
    server.on('POST /apps/shop/releases', async (response, seen) => {
      stop.abort(interrupted);
      await new Promise((resolve) => setImmediate(resolve));
      return json(201, release(8))(response, seen);
    });
    const created = await heroku.createRelease('shop', { slugId: 'slug-8', description: 'd' });
    expect(created.version).toBe(8);
  });

  it('says that a creation is unsettled which it interrupted', async () => {
    const stop = new AbortController();
    const { server, heroku } = await bench({ signal: stop.signal, requestTimeoutMs: 200 });
    server.on('GET /apps/shop/releases', json(200, [release(7)]));
    server.on('POST /apps/shop/releases', (response, seen) => {
      stop.abort(interrupted);
      return stall(response, seen);
    });
    const error = await rejection(heroku.createRelease('shop', { slugId: 'slug-8', description: 'd' }));
    expect(error).toBeInstanceOf(HerokuApiError);
    expect(error).toMatchObject({ effect: 'unknown', method: 'POST' });
    expect(server.routes).toEqual(['GET /apps/shop/releases', 'POST /apps/shop/releases']);
  });
});

describe('where nobody answers', () => {
  it('tries again and then says so, without a cause that carries the request', async () => {
    const { server, clock, log } = await bench();
    const { url } = server;
    await server.close();
    const heroku = clientOf(url, clock, log, { retryBudgetMs: 6_000 });
    const error = (await rejection(heroku.app('shop'))) as HerokuApiError;
    expect(error).toMatchObject({ verdict: 'failed', status: undefined, effect: 'none' });
    expect(error.cause).toBeUndefined();
    expect(error.message).toContain('Heroku could not be reached (ECONNREFUSED)');
    expect(log.infos).toHaveLength(2);
  });

  it('repeats even a creation, of which nothing can have arrived', async () => {
    const { server, clock, log } = await bench();
    const { url } = server;
    await server.close();
    const heroku = clientOf(url, clock, log, { retryBudgetMs: 6_000 });
    const file = __filename;
    const { size } = await (await import('node:fs/promises')).stat(file);
    const error = await rejection(heroku.uploadSource({ file, bytes: size }));
    expect(error).toMatchObject({ method: 'POST', path: '/sources', effect: 'none' });
    expect(heroku.requests.byMethod).toEqual({ POST: 3 });
  });

  it('knows a host name that does not resolve', async () => {
    const { clock, log } = await bench();
    const heroku = clientOf('https://heroku.invalid', clock, log, { retryBudgetMs: 0 });
    expect(await rejection(heroku.app('shop'))).toMatchObject({
      effect: 'none',
      message: expect.stringMatching(/could not be reached \((ENOTFOUND|EAI_AGAIN)\)/),
    });
  });
});

describe('the rate limit', () => {
  it.each([
    ['4500', 1],
    ['500', 1],
    ['499', 3],
    ['100', 3],
    ['99', 8],
    ['0', 8],
    ['many', 1],
    ['-1', 1],
    ['', 1],
  ])('with %j requests left slows polling down %i times', async (left, slowdown) => {
    const { server, heroku } = await bench();
    server.on(ROUTE, json(200, rows.app, { 'RateLimit-Remaining': left }));
    await heroku.app('shop');
    expect(heroku.slowdown).toBe(slowdown);
  });

  it('is reported once for each level, and forgotten when it has filled up', async () => {
    const { server, heroku, log } = await bench();
    const left = ['400', '300', '50', '40', '450', '4000'];
    server.on(ROUTE, ...left.map((count) => json(200, rows.app, { 'RateLimit-Remaining': count })));
    for (const _ of left) await heroku.app('shop');
    expect(log.infos).toHaveLength(2);
    expect(log.infos[0]).toContain('400 requests left');
    expect(log.infos[1]).toContain('50 requests left');
    expect(heroku.slowdown).toBe(1);
  });

  it('is watched in refusals too', async () => {
    const { server, heroku } = await bench({ retryBudgetMs: 0 });
    server.on(ROUTE, (response, seen) => {
      response.setHeader('RateLimit-Remaining', '0');
      return limited(response, seen);
    });
    await rejection(heroku.app('shop'));
    expect(heroku.slowdown).toBe(8);
  });
});
