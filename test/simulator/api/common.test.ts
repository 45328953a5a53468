import { TestHeroku } from '../support/local.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start({
    apps: ['plain'],
    account: { email: 'owner@example.com', key: 'owner-key' },
  });
});
afterAll(() => test.close());

const as = (key: string) => ({ Authorization: `Bearer ${key}` });

describe('the Accept header', () => {
  it.each([
    'application/vnd.heroku+json; version=3',
    'application/vnd.heroku+json; version=3.sdk',
    'application/vnd.heroku+json;version=3.filters',
    'text/html, application/vnd.heroku+json; version=3',
  ])('%s is understood', async (accept) => {
    expect((await test.api('GET', '/account', undefined, { Accept: accept })).status).toBe(200);
  });

  it.each([
    '*/*',
    'application/json',
    'application/vnd.heroku+json',
    'application/vnd.heroku+json; version=2',
  ])('%s is not acceptable', async (accept) => {
    const answer = await test.api('GET', '/account', undefined, { Accept: accept });
    expect([answer.status, answer.body.id]).toEqual([406, 'not_acceptable']);
  });
});

describe('credentials', () => {
  const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  it.each([
    ['Bearer', as('owner-key')],
    ['Basic without a user', basic(':owner-key')],
    ['Basic with any user', basic('heroku:owner-key')],
  ])('%s', async (_name, headers) => {
    const { body } = await test.api('GET', '/account', undefined, headers);
    expect(body.email).toBe('owner@example.com');
  });

  it.each([
    ['a wrong key', as('wrong')],
    ['an empty header', { Authorization: '' }],
    ['another scheme', { Authorization: 'Digest owner-key' }],
    ['a key in the place of the user', basic('owner-key:')],
  ])('%s are invalid', async (_name, headers) => {
    const answer = await test.api('GET', '/account', undefined, headers);
    expect([answer.status, answer.body]).toEqual([
      401,
      { id: 'unauthorized', message: 'Invalid credentials provided.' },
    ]);
  });

  it('that were revoked are invalid', async () => {
    test.heroku.control.createAccount({ email: 'former@example.com', keys: [{ key: 'former-key' }] });
    expect((await test.api('GET', '/account', undefined, as('former-key'))).status).toBe(200);
    test.heroku.control.changeAccount('former@example.com', { revokeKeys: ['former-key'] });
    expect((await test.api('GET', '/account', undefined, as('former-key'))).status).toBe(401);
  });
});

describe('a key with few scopes', () => {
  beforeAll(async () => {
    test.heroku.control.createAccount({
      email: 'scoped@example.com',
      keys: [
        { key: 'write-key', scopes: ['write-protected'] },
        { key: 'read-key', scopes: ['identity', 'read'] },
      ],
    });
    await test.heroku.control.setPermissions('plain', 'scoped@example.com', ['view', 'deploy', 'operate']);
  });

  it('may deploy without learning whose it is', async () => {
    const account = await test.api('GET', '/account', undefined, as('write-key'));
    expect([account.status, account.body.id]).toEqual([403, 'forbidden']);
    expect((await test.api('GET', '/apps/plain', undefined, as('write-key'))).status).toBe(200);
    expect((await test.api('PATCH', '/apps/plain', { maintenance: false }, as('write-key'))).status).toBe(
      200,
    );
    expect((await test.api('GET', '/apps/plain/config-vars', undefined, as('write-key'))).status).toBe(200);
  });

  it('may read and not write, nor see config vars', async () => {
    expect((await test.api('GET', '/account', undefined, as('read-key'))).status).toBe(200);
    expect((await test.api('GET', '/apps/plain', undefined, as('read-key'))).status).toBe(200);
    expect((await test.api('PATCH', '/apps/plain', { maintenance: true }, as('read-key'))).status).toBe(403);
    expect((await test.api('GET', '/apps/plain/config-vars', undefined, as('read-key'))).status).toBe(403);
  });
});

describe('requests that are no good', () => {
  it('an endpoint that does not exist', async () => {
    const answer = await test.api('GET', '/nowhere');
    expect([answer.status, answer.body.id]).toEqual([404, 'not_found']);
    expect(answer.body.message).toContain('The requested API endpoint was not found');
    expect((await test.api('PUT', '/apps/plain', {})).status).toBe(404);
  });

  it('a body that is no JSON, or no object', async () => {
    expect((await test.api('PATCH', '/apps/plain', '{"maintenance":')).body.id).toBe('bad_request');
    expect((await test.api('PATCH', '/apps/plain', '[]')).status).toBe(400);
    expect((await test.api('PATCH', '/apps/plain', '"text"')).status).toBe(400);
  });

  it('an empty body is fine where nothing is needed', async () => {
    expect((await test.api('POST', '/sources')).status).toBe(201);
  });
});

it('every answer has its Request-Id, and lets itself be asked for again by ETag', async () => {
  const [one, two] = [await test.api('GET', '/apps/plain'), await test.api('GET', '/apps/plain')];
  expect(one.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(one.headers.get('request-id')).not.toBe(two.headers.get('request-id'));
  const etag = one.headers.get('etag') ?? '';
  const cached = await test.api('GET', '/apps/plain', undefined, {
    'If-None-Match': etag,
    'Cache-Control': '',
  });
  expect(cached.status).toBe(304);
});

describe('the rate limit', () => {
  beforeAll(() => {
    test.heroku.control.createAccount({ email: 'busy@example.com', keys: [{ key: 'busy-key' }] });
  });

  it('counts down with each request, but not for the question how many are left', async () => {
    test.heroku.control.changeAccount('busy@example.com', { requestsLeft: 3, refillPerMinute: 0 });
    const first = await test.api('GET', '/account', undefined, as('busy-key'));
    expect(first.headers.get('ratelimit-remaining')).toBe('2');
    expect((await test.api('GET', '/account/rate-limits', undefined, as('busy-key'))).body).toEqual({
      remaining: 2,
    });
    expect((await test.api('GET', '/account/rate-limits', undefined, as('busy-key'))).body).toEqual({
      remaining: 2,
    });
  });

  it('ends in 429, for this account alone', async () => {
    test.heroku.control.changeAccount('busy@example.com', { requestsLeft: 0, refillPerMinute: 0 });
    const answer = await test.api('GET', '/account', undefined, as('busy-key'));
    expect([answer.status, answer.body.id]).toEqual([429, 'rate_limit']);
    expect(answer.headers.has('retry-after')).toBe(false);
    expect(answer.headers.get('ratelimit-remaining')).toBe('0');
    expect((await test.api('GET', '/account')).status).toBe(200);
  });

  it('may say when to come again, and is over then', async () => {
    test.heroku.control.changeAccount('busy@example.com', {
      requestsLeft: 0,
      refillPerMinute: 0,
      retryAfter: 2,
    });
    const refused = await test.api('GET', '/account', undefined, as('busy-key'));
    expect(refused.headers.get('retry-after')).toBe('2');
    test.heroku.control.changeAccount('busy@example.com', { requestsLeft: 1, retryAfter: null });
    expect((await test.api('GET', '/account', undefined, as('busy-key'))).status).toBe(200);
  });
});
