import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { HerokuApiError, type HerokuClient } from '../../../src/helper/heroku/index.ts';
import {
  garbage,
  json,
  PAGE,
  type Reply,
  reset,
  resetWithin,
  stall,
  stallWithin,
  text,
  unfinished,
} from '../../support/scripted-server.ts';
import { bench, build, closeBenches, EMAIL, KEY, rejection, release, rows } from './fixtures.ts';

afterEach(closeBenches);

type Method = [name: string, route: string, body: unknown, call: (heroku: HerokuClient) => Promise<unknown>];

const current = release(7, { current: true });
const METHODS: Method[] = [
  ['account', '/account', rows.account, (heroku) => heroku.account()],
  ['app', '/apps/shop', rows.app, (heroku) => heroku.app('shop')],
  [
    'collaborators',
    '/apps/shop/collaborators',
    [rows.collaborator],
    (heroku) => heroku.collaborators('shop'),
  ],
  ['formation', '/apps/shop/formation', [rows.formation], (heroku) => heroku.formation('shop')],
  ['dynos', '/apps/shop/dynos', [rows.dyno], (heroku) => heroku.dynos('shop')],
  [
    'featureEnabled',
    '/apps/shop/features',
    [rows.feature],
    (heroku) => heroku.featureEnabled('shop', 'preboot'),
  ],
  ['releases', '/apps/shop/releases', [current], (heroku) => heroku.releases('shop')],
  ['release', '/apps/shop/releases/r7', current, (heroku) => heroku.release('shop', 'r7')],
  ['currentRelease', '/apps/shop/releases', [current], (heroku) => heroku.currentRelease('shop')],
  ['slug', '/apps/shop/slugs/slug-7', rows.slug, (heroku) => heroku.slug('shop', 'slug-7')],
  ['builds', '/apps/shop/builds', [build('b1')], (heroku) => heroku.builds('shop')],
  ['build', '/apps/shop/builds/b1', build('b1'), (heroku) => heroku.build('shop', 'b1')],
];

describe.each(METHODS)('%s', (_name, path, body, call) => {
  const route = `GET ${path}`;
  const good = json(200, body);
  const half = JSON.stringify(body).slice(0, 20);

  it.each<[string, Reply, RegExp]>([
    [
      'a reset before the answer',
      reset,
      /^The connection to Heroku broke \(ECONNRESET\), trying again in 2 s \(1 of 7\)$/,
    ],
    ['a reset within the answer', resetWithin(200, JSON.stringify(body)), /^The connection to Heroku broke/],
    ['an answer without its end', unfinished(200, half), /^The connection to Heroku broke/],
    ['no answer', stall, /^Heroku did not answer within 1 s, trying again/],
    [
      'an answer that stands still',
      stallWithin(200, half),
      /^Heroku did not answer within 1 s, trying again/,
    ],
    ['500', json(500, { id: 'internal', message: 'oops' }), /^Heroku answered 500, trying again in 2 s/],
    ['503 with a page', text(503, PAGE, { 'Content-Type': 'text/html' }), /^Heroku answered 503, trying/],
    [
      '429',
      json(429, { id: 'rate_limit', message: 'slow' }, { 'Retry-After': '9' }),
      /^Heroku answered 429, trying again in 9 s/,
    ],
    ['404 with a page', text(404, PAGE), /^Heroku answered 404, trying/],
    ['a page instead of JSON', text(200, PAGE), /^Heroku answered something that is not its API, trying/],
    ['JSON without its end', text(200, half), /^Heroku answered something that is not its API, trying/],
    ['nothing', text(200, ''), /^Heroku answered something that is not its API, trying/],
    ['bytes that are no HTTP', garbage, /^The connection to Heroku broke \(HPE_\w+\), trying/],
  ])('asks again after %s', async (_fault, reply, line) => {
    const { server, heroku, log, clock } = await bench({ requestTimeoutMs: 250 });
    server.on(route, reply, good);
    const value = await call(heroku);
    expect(value).toBeDefined();
    expect(server.routes).toEqual([route, route]);
    expect(heroku.requests).toEqual({ total: 2, byMethod: { GET: 2 } });
    expect(log.infos).toEqual([expect.stringMatching(line)]);
    expect(clock.sleeps).toHaveLength(1);
  });

  it.each<[string, Reply]>([
    ['400', json(400, { id: 'bad_request', message: 'no' })],
    ['401', json(401, { id: 'unauthorized', message: 'Invalid credentials provided.' })],
    ['402', json(402, { id: 'delinquent', message: 'pay' })],
    ['403 of a suspended account', json(403, { id: 'suspended', message: 'suspended' })],
    ['404', json(404, { id: 'not_found', message: "Couldn't find that app.", resource: 'app' })],
    ['406', json(406, { id: 'not_acceptable', message: 'no' })],
    ['422', json(422, { id: 'invalid_params', message: 'no' })],
    ['a redirect', text(302, '', { Location: 'https://elsewhere.example/login?token=abc' })],
    ['another shape', json(200, Array.isArray(body) ? [{ surprise: true }] : { surprise: true })],
    ['a list for an object, or the reverse', json(200, Array.isArray(body) ? {} : [])],
    ['null', json(200, null)],
  ])('gives up at once on %s', async (_fault, reply) => {
    const { server, heroku } = await bench();
    server.on(route, reply);
    const error = (await rejection(call(heroku))) as HerokuApiError;
    expect(error).toBeInstanceOf(HerokuApiError);
    expect(error).toMatchObject({ method: 'GET', path, effect: 'none' });
    expect(error.message).toContain(error.requestId);
    expect(server.requests).toHaveLength(1);
  });
});

describe('what is read', () => {
  it('camel-cases what Heroku says', async () => {
    const { server, heroku } = await bench();
    for (const [, path, body] of METHODS) server.on(`GET ${path}`, json(200, body));
    expect(await heroku.account()).toEqual({ id: 'acc-1', email: EMAIL, twoFactor: false });
    expect(await heroku.app('shop')).toEqual({
      id: 'app-1',
      name: 'shop',
      maintenance: false,
      stack: 'heroku-24',
      generation: 'cedar',
      webUrl: 'https://shop-0123456789ab.herokuapp.com/',
      gitUrl: 'https://git.heroku.com/shop.git',
      space: undefined,
    });
    expect(await heroku.collaborators('shop')).toEqual([
      { email: EMAIL, role: 'owner', permissions: ['deploy'] },
    ]);
    expect(await heroku.formation('shop')).toEqual([
      { type: 'web', quantity: 2, size: 'Standard-1X', command: 'npm start' },
    ]);
    expect(await heroku.dynos('shop')).toEqual([
      {
        id: 'd1',
        name: 'web.1',
        type: 'web',
        state: 'up',
        size: 'Standard-1X',
        releaseVersion: 7,
        command: 'npm start',
        createdAt: '2024-05-06T07:00:00Z',
      },
    ]);
    expect(await heroku.featureEnabled('shop', 'preboot')).toBe(true);
    expect(await heroku.featureEnabled('shop', 'no-such-feature')).toBeUndefined();
    expect(await heroku.currentRelease('shop')).toMatchObject({
      version: 7,
      slugId: 'slug-7',
      userEmail: EMAIL,
    });
    expect(await heroku.slug('shop', 'slug-7')).toEqual({
      id: 'slug-7',
      commit: 'a'.repeat(40),
      processTypes: { web: 'npm start' },
    });
    expect(await heroku.build('shop', 'b1')).toMatchObject({ version: 'b'.repeat(40), slugId: undefined });
  });

  it('copes with what may be null or absent', async () => {
    const { server, heroku } = await bench();
    server
      .on('GET /account', json(200, { id: 'a', email: 'e@example.com' }))
      .on(
        'GET /apps/shop',
        json(200, { ...rows.app, generation: null, stack: { name: 'cnb' }, web_url: null }),
      )
      .on('GET /apps/shop/collaborators', json(200, [{ user: { email: 'e@example.com' } }]))
      .on('GET /apps/shop/releases/1', json(200, release(1, { slug: null, user: null, description: null })))
      .on('GET /apps/shop/slugs/s', json(200, { id: 's', commit: null, process_types: null }))
      .on('GET /apps/shop/builds/b', json(200, build('b', { source_blob: null, output_stream_url: null })));
    expect(await heroku.account()).toMatchObject({ twoFactor: false });
    expect(await heroku.app('shop')).toMatchObject({ generation: 'fir', webUrl: undefined });
    expect(await heroku.collaborators('shop')).toEqual([
      { email: 'e@example.com', role: undefined, permissions: undefined },
    ]);
    expect(await heroku.release('shop', '1')).toMatchObject({
      slugId: undefined,
      userEmail: '',
      description: '',
    });
    expect(await heroku.slug('shop', 's')).toEqual({ id: 's', commit: undefined, processTypes: {} });
    expect(await heroku.build('shop', 'b')).toMatchObject({ version: undefined, outputStreamUrl: undefined });
  });

  it('tells a key that may not read its account from one that may do nothing', async () => {
    const { server, heroku } = await bench();
    server.on('GET /account', json(403, { id: 'forbidden', message: 'Scope' }));
    expect(await heroku.account()).toBeUndefined();
    server.on('GET /account', json(403, { id: 'two_factor', message: 'code' }));
    expect(await rejection(heroku.account())).toMatchObject({ id: 'two_factor', verdict: 'refused' });
  });

  it('escapes every part of a path', async () => {
    const { server, heroku } = await bench();
    server.otherwise(json(200, rows.slug));
    await heroku.slug('../x?y', 'a/b#c');
    expect(server.requests[0]?.path).toBe('/apps/..%2Fx%3Fy/slugs/a%2Fb%23c');
  });
});

describe('every request', () => {
  it('carries version, key, agent, and an id of its own', async () => {
    const { server, heroku } = await bench();
    server.on('GET /apps/shop', reset, json(200, rows.app));
    await heroku.app('shop');
    for (const { headers } of server.requests) {
      expect(headers.accept).toBe('application/vnd.heroku+json; version=3.sdk');
      expect(headers.authorization).toBe(`Bearer ${KEY}`);
      expect(headers['user-agent']).toBe('heroku-cd/test');
      expect(headers['request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers['content-type']).toBeUndefined();
    }
    expect(new Set(server.requests.map(({ headers }) => headers['request-id'])).size).toBe(2);
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['identity', (text: Buffer) => text],
    ['identity', (text: Buffer) => Buffer.concat([Buffer.from('\ufeff'), text])],
  ])('reads an answer whose encoding is %s', async (encoding, encode) => {
    const { server, heroku } = await bench();
    server.on('GET /apps/shop', (response) => {
      response
        .writeHead(200, { 'Content-Encoding': encoding })
        .end(encode(Buffer.from(JSON.stringify(rows.app))));
    });
    expect(await heroku.app('shop')).toMatchObject({ name: 'shop' });
    expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  it.each([
    ['breaks off', gzipSync(JSON.stringify(rows.app)).subarray(0, 40)],
    ['is none', Buffer.from('no such thing')],
  ])('asks again where a compressed answer %s', async (_, bytes) => {
    const { server, heroku } = await bench();
    server.on(
      'GET /apps/shop',
      (response) => void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bytes),
      (response) =>
        void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(JSON.stringify(rows.app))),
    );
    expect(await heroku.app('shop')).toMatchObject({ name: 'shop' });
    expect(server.requests).toHaveLength(2);
  });

  it('does not swallow an answer without end', async () => {
    const { server, heroku } = await bench();
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, 32));
    server.on('GET /apps/shop', (response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    });
    expect(await rejection(heroku.app('shop'))).toMatchObject({
      message: expect.stringContaining('larger than'),
    });
    expect(server.requests).toHaveLength(1);
  });
});
