import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import type { FaultEffect, FaultMatch } from '../../../src/simulator/index.ts';
import { TestHeroku } from '../support/local.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start({ apps: ['faulty'] });
});
afterEach(() => {
  test.heroku.control.clearFaults();
  test.heroku.control.clearRequests();
  test.app('faulty').maintenance = false;
});
afterAll(() => test.close());

function fault(effect: FaultEffect, match: FaultMatch = { method: 'PATCH' }) {
  return test.heroku.control.addFault({ match: { surface: 'api', ...match }, effect });
}

const turnOn = () => test.api('PATCH', '/apps/faulty', { maintenance: true });
const isOn = () => test.app('faulty').maintenance;
const lastEntry = () => test.heroku.control.requests().at(-1);

/** The code of a request's failure, as Node names it. */
async function failureOf(promise: Promise<unknown>): Promise<string | undefined> {
  const error = await promise.then(
    () => undefined,
    (reason: Error) => reason,
  );
  return (error?.cause as { code?: string } | undefined)?.code;
}

describe('a status', () => {
  it('is answered before anything has happened, with a body like the API', async () => {
    fault({ kind: 'status', status: 503 });
    const answer = await turnOn();
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ id: 'service_unavailable' });
    expect(answer.headers.has('retry-after')).toBe(false);
    expect(isOn()).toBe(false);
  });

  it('may come with HTML and Retry-After', async () => {
    fault({ kind: 'status', status: 429, body: 'html', message: 'Slow down', retryAfter: 7 });
    const answer = await turnOn();
    expect(answer.status).toBe(429);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(answer.body).toContain('<h1>Slow down</h1>');
  });

  it('may be answered though the effect has happened', async () => {
    fault({ kind: 'status', status: 504, when: 'after-effect' });
    expect((await turnOn()).status).toBe(504);
    expect(isOn()).toBe(true);
  });
});

describe('a broken connection', () => {
  it('before the effect leaves everything as it was', async () => {
    fault({ kind: 'reset' });
    expect(await failureOf(turnOn())).toBe('ECONNRESET');
    expect(isOn()).toBe(false);
    expect(lastEntry()).toMatchObject({ fault: 'reset', outcome: 'reset', status: null });
  });

  it('after the effect takes the answer only', async () => {
    fault({ kind: 'reset', when: 'after-effect' });
    expect(await failureOf(turnOn())).toBe('ECONNRESET');
    expect(isOn()).toBe(true);
    expect(lastEntry()).toMatchObject({ fault: 'reset', outcome: 'reset', status: null });
  });

  it('can end in good order without an answer', async () => {
    fault({ kind: 'close' });
    expect(await failureOf(turnOn())).toBe('UND_ERR_SOCKET');
    expect(isOn()).toBe(false);
    expect(lastEntry()).toMatchObject({ fault: 'close', outcome: 'closed' });
  });

  it('breaks over https as well', async () => {
    fault({ kind: 'reset' });
    const ca = await readFile(test.heroku.environment()['NODE_EXTRA_CA_CERTS'] ?? '');
    const code = await new Promise((resolve) => {
      const url = new URL(`${test.heroku.urls.https}/apps/faulty`);
      const request = httpsRequest(url, { method: 'PATCH', ca }, () => resolve('answered'));
      request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      request.end();
    });
    expect(code).toBe('ECONNRESET');
    expect(lastEntry()).toMatchObject({ fault: 'reset', outcome: 'reset' });
  });
});

it('never answers when stalled, until the client gives up', async () => {
  fault({ kind: 'stall', when: 'after-effect' });
  const gaveUp = new AbortController();
  const request = fetch(`${test.heroku.urls.api}/apps/faulty`, {
    method: 'PATCH',
    headers: {
      Accept: 'application/vnd.heroku+json; version=3',
      Authorization: `Bearer ${test.key}`,
    },
    body: JSON.stringify({ maintenance: true }),
    signal: gaveUp.signal,
  });
  await test.until(isOn);
  gaveUp.abort();
  await expect(request).rejects.toThrow();
  expect(lastEntry()).toMatchObject({ fault: 'stall', outcome: 'stalled' });
});

it('ends stalled requests when the local Heroku closes', async () => {
  const short = await TestHeroku.start({ apps: ['stalled'] });
  short.heroku.control.addFault({ match: {}, effect: { kind: 'stall' } });
  const request = short.api('GET', '/account').catch((error: Error) => error);
  // Nothing tells that a request has begun.
  while (short.heroku.control.requests().length === 0) await new Promise(setImmediate);
  await short.close();
  expect(await request).toMatchObject({ name: 'TypeError' });
});

describe('an answer', () => {
  it('can be delayed before and after the effect', async () => {
    fault({ kind: 'delay', ms: 30 }, { method: 'PATCH', nth: 1 });
    fault({ kind: 'delay', ms: 30, when: 'after-effect' }, { method: 'PATCH', nth: 2 });
    expect((await turnOn()).body.maintenance).toBe(true);
    expect((await turnOn()).body.maintenance).toBe(true);
    expect(test.heroku.control.requests().map(({ fault }) => fault)).toEqual(['delay', 'delay']);
  });

  it('can be garbage though the effect has happened', async () => {
    fault({ kind: 'garbage' });
    await expect(turnOn()).rejects.toThrow(SyntaxError);
    expect(isOn()).toBe(true);
  });

  it('can be cut in the middle of its JSON, in a complete message', async () => {
    fault({ kind: 'truncate' });
    await expect(turnOn()).rejects.toThrow(SyntaxError);
    expect(isOn()).toBe(true);
    expect(lastEntry()).toMatchObject({ status: 200, outcome: 'answered' });
  });

  it('can break off after some bytes', async () => {
    fault({ kind: 'cut', bytes: 10 });
    const response = await fetch(`${test.heroku.urls.api}/apps/faulty`, {
      method: 'PATCH',
      headers: { Accept: 'application/vnd.heroku+json; version=3', Authorization: `Bearer ${test.key}` },
      body: '{}',
    });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(lastEntry()).toMatchObject({ outcome: 'reset' });
  });

  it('can say that the permission is gone', async () => {
    fault({ kind: 'permission-lost' });
    const answer = await turnOn();
    expect([answer.status, answer.body.id]).toEqual([403, 'forbidden']);
    expect(isOn()).toBe(false);
  });
});

describe('which requests are met', () => {
  const statuses = async (count: number) => {
    const found: number[] = [];
    for (let index = 0; index < count; index++) found.push((await test.api('GET', '/apps/faulty')).status);
    return found;
  };

  it('the nth only', async () => {
    fault({ kind: 'status', status: 500 }, { method: 'get', nth: 2 });
    expect(await statuses(4)).toEqual([200, 500, 200, 200]);
  });

  it('the first few', async () => {
    fault({ kind: 'status', status: 500 }, { times: 2 });
    expect(await statuses(4)).toEqual([500, 500, 200, 200]);
  });

  it('some from the nth on', async () => {
    fault({ kind: 'status', status: 500 }, { nth: 2, times: 2 });
    expect(await statuses(4)).toEqual([200, 500, 500, 200]);
  });

  it('by path, and by whether a known key came along', async () => {
    fault({ kind: 'status', status: 500 }, { path: '^/account$', authenticated: true });
    expect((await test.api('GET', '/account')).status).toBe(500);
    expect((await test.api('GET', '/account', undefined, { Authorization: 'Bearer nobody' })).status).toBe(
      401,
    );
    expect((await test.api('GET', '/apps/faulty')).status).toBe(200);
  });

  it('counts what it met', async () => {
    fault({ kind: 'status', status: 500 }, { nth: 2 });
    await statuses(3);
    expect(test.heroku.control.faults()).toMatchObject([{ matched: 3, applied: 1 }]);
  });

  it('the first of two faults that are due', async () => {
    fault({ kind: 'status', status: 500 }, { nth: 1 });
    fault({ kind: 'status', status: 502 }, { nth: 1 });
    expect(await statuses(2)).toEqual([500, 200]);
  });
});

describe('a fault that cannot be', () => {
  it.each([
    ['an unknown kind', { match: {}, effect: { kind: 'explode' } }, /effect\.kind/],
    ['a misspelt field', { match: { metod: 'GET' }, effect: { kind: 'reset' } }, /match\.metod/],
    ['no regular expression', { match: { path: '(' }, effect: { kind: 'reset' } }, /match\.path/],
    ['the zeroth request', { match: { nth: 0 }, effect: { kind: 'reset' } }, /match\.nth/],
    ['no status', { match: {}, effect: { kind: 'status', status: 42 } }, /effect\.status/],
  ])('%s is refused by name', (_what, wrong, message) => {
    expect(() => test.heroku.control.addFault(wrong as never)).toThrow(message);
  });
});
