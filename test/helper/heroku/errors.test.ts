import { inspect } from 'node:util';
import { HerokuCdError } from '../../../src/helper/errors.ts';
import type { HerokuApiError } from '../../../src/helper/heroku/index.ts';
import { createHeroku } from '../../../src/helper/heroku/index.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import { json, PAGE, type Reply, reset, stall, text } from '../../support/scripted-server.ts';
import { bench, closeBenches, KEY, rejection, rows } from './fixtures.ts';

afterEach(closeBenches);

const BASE64 = [`:${KEY}`, `heroku:${KEY}`, KEY].map((value) => Buffer.from(value).toString('base64'));

async function refused(reply: Reply, path = '/apps/shop'): Promise<HerokuApiError> {
  const { server, heroku } = await bench({ retryBudgetMs: 0, requestTimeoutMs: 300 });
  server.otherwise(reply);
  return (await rejection(path === '/account' ? heroku.account() : heroku.app('shop'))) as HerokuApiError;
}

describe('what an error says', () => {
  it('is of the family that the edge prints', async () => {
    const error = await refused(json(404, { id: 'not_found', message: "Couldn't find that app." }));
    expect(error).toBeInstanceOf(HerokuCdError);
    expect(error.name).toBe('HerokuApiError');
  });

  it.each<[string, Reply, Partial<HerokuApiError>, RegExp, RegExp]>([
    [
      'a wrong key',
      json(401, { id: 'unauthorized', message: 'Invalid credentials provided.' }),
      { verdict: 'refused', parameter: 'api-key', status: 401, id: 'unauthorized' },
      /does not accept the API key.*Invalid credentials provided\./,
      /heroku authorizations:create.*context/,
    ],
    [
      'a suspended account',
      json(403, { id: 'suspended', message: 'Account suspended.' }),
      { verdict: 'refused', status: 403, id: 'suspended' },
      /is suspended/,
      /Heroku support/,
    ],
    [
      'a second factor',
      json(403, { id: 'two_factor', message: 'A second authentication factor is required.' }),
      { verdict: 'refused', parameter: 'api-key', id: 'two_factor' },
      /second factor/,
      /heroku authorizations:create/,
    ],
    [
      'a missing permission',
      json(403, { id: 'forbidden', message: 'You do not have access to the app shop.' }),
      { verdict: 'refused', parameter: 'api-key', id: 'forbidden' },
      /may not do this: GET \/apps\/shop\..*You do not have access/,
      /heroku access:add/,
    ],
    [
      'an app that the key cannot see',
      json(404, { id: 'not_found', message: "Couldn't find that app.", resource: 'app' }),
      { verdict: 'refused', parameter: 'app-name', status: 404 },
      /no app shop that this API key can see/,
      /app-name/,
    ],
    [
      'an unpaid bill',
      json(402, { id: 'delinquent', message: 'Pay up.' }),
      { verdict: 'refused' },
      /unpaid/,
      /Billing/,
    ],
    [
      'an objection, over several lines',
      json(422, { id: 'invalid_params', message: 'Cannot\n\n  do \u001b[31mthat.' }),
      { verdict: 'refused', status: 422 },
      /It said: Cannot do \[31mthat\./,
      /objects/,
    ],
    [
      'a conflict',
      json(409, { id: 'conflict', message: 'Busy.' }),
      { verdict: 'failed', status: 409 },
      /409.*Busy/,
      /^$/,
    ],
    [
      'an error without id',
      json(500, { message: 'oops' }),
      { verdict: 'failed', id: undefined },
      /500.*oops/,
      /status/,
    ],
    ['an error without anything', json(500, null), { verdict: 'failed' }, /answered 500/, /status/],
    ['a page', text(200, PAGE), { verdict: 'failed' }, /is not its API: <!DOCTYPE html>/, /HEROKU_HOST/],
    [
      'a page with 401',
      text(401, PAGE),
      { verdict: 'failed', parameter: undefined },
      /not its API \(401\)/,
      /HEROKU_HOST/,
    ],
    ['a page with 503', text(503, PAGE), { verdict: 'failed' }, /answered 503.*Application error/, /status/],
    ['nothing', text(200, ''), { verdict: 'failed' }, /is not its API: nothing at all/, /HEROKU_HOST/],
    [
      'JSON without its end, which may hold config vars',
      text(200, '{"CACHE_PASSWORD":"open sesame","DATABASE_URL":"postg'),
      { verdict: 'failed' },
      /is not its API: JSON that breaks off \(/,
      /HEROKU_HOST/,
    ],
    [
      'JSON behind something else',
      text(200, 'OK {"CACHE_PASSWORD":"open sesame"}'),
      { verdict: 'failed' },
      /is not its API: OK \(/,
      /HEROKU_HOST/,
    ],
    [
      'another shape, of which only the place is told',
      json(200, { ...rows.app, stack: { name: 'postgres://u:p@h/db'.split('') } }),
      { verdict: 'failed' },
      /is not its API: stack\.name is not as documented/,
      /HEROKU_HOST/,
    ],
    [
      'a redirect',
      text(301, '', { Location: 'https://evil.example/x?token=abc' }),
      { verdict: 'failed', status: 301 },
      /redirect to evil\.example \(301\)\. A request with an API key never follows one/,
      /HEROKU_HOST/,
    ],
    ['a redirect to nowhere', text(302, ''), { status: 302 }, /with a redirect \(302\)/, /HEROKU_HOST/],
    ['304, which nobody asked for', text(304, ''), { status: 304 }, /redirect \(304\)/, /HEROKU_HOST/],
    ['a time-out', stall, { verdict: 'failed', status: undefined }, /did not answer within 1 s/, /status/],
    ['a reset', reset, { verdict: 'failed' }, /connection to Heroku broke \(ECONNRESET\)/, /status/],
  ])('about %s', async (_fault, reply, fields, message, next) => {
    const error = await refused(reply);
    expect(error).toMatchObject(fields);
    expect(error.message).toMatch(message);
    expect(error.next ?? '').toMatch(next);
    expect(error.message).toContain('GET /apps/shop');
  });

  it("names Heroku's request id where there is one, else its own", async () => {
    const named = await refused(json(500, {}, { 'Request-Id': 'abc-123,def-456' }));
    expect(named.requestId).toBe('abc-123,def-456');
    expect(named.message).toContain('request abc-123,def-456');
    const unnamed = await refused(reset);
    expect(unnamed.message).toMatch(/request [0-9a-f-]{36}/);
  });

  it('takes nothing but an id from the request id', async () => {
    const error = await refused(json(500, {}, { 'Request-Id': `<b>${'x'.repeat(500)}` }));
    expect(error.requestId).toMatch(/^bx{79}$/);
  });

  it('quotes the beginning of a long answer only', async () => {
    const error = await refused(text(200, `oops ${'y'.repeat(1_000_000)}`));
    expect(error.message.length).toBeLessThan(400);
  });
});

describe('what nothing shows', () => {
  const echo = (status: number): Reply => {
    const said = `Bearer ${KEY} and ${BASE64.join(' ')} and https://s3.example.com/put?Signature=sesame and rendezvous://h:5000/sesame`;
    return json(status, { id: KEY, message: said, url: said });
  };

  it.each<[string, Reply]>([
    ['401 that repeats the key', echo(401)],
    ['403 that repeats the key', echo(403)],
    ['422 that repeats the key', echo(422)],
    ['500 that repeats the key', echo(500)],
    [
      'a page that repeats the key',
      text(200, `<html>${KEY} ${BASE64.join(' ')}?Signature=sesame</html>`.replace('?', 'https://x.y/?')),
    ],
    [
      'a page with the key at the edge of what is looked at',
      text(200, `<p>${'\n'.repeat(4 * 1024 - 20)}${KEY}`),
    ],
    ['a redirect with the key', text(302, '', { Location: `https://${KEY.toLowerCase()}.example/${KEY}` })],
    ['a shape with the key', json(200, { [KEY]: KEY, ...rows.app, name: [KEY] })],
    ['a reset', reset],
    ['a time-out', stall],
  ])('after %s', async (_fault, reply) => {
    const { server, heroku, log } = await bench({ retryBudgetMs: 2_000, requestTimeoutMs: 200 });
    server.otherwise(reply);
    const error = (await rejection(heroku.app('shop'))) as HerokuApiError;
    const shown = [
      inspect(error, { depth: 10, showHidden: true }),
      error.stack,
      JSON.stringify(error),
      inspect(heroku, { depth: 10, showHidden: true }),
      JSON.stringify(heroku),
      log.all,
    ].join('\n');
    for (const secret of [KEY, KEY.slice(0, 20), ...BASE64, 'sesame']) {
      expect(shown.toLowerCase()).not.toContain(secret.toLowerCase());
    }
    expect(error.cause).toBeUndefined();
  });

  it('includes a key that cannot be put into a header', async () => {
    const { server, clock, log } = await bench();
    const apiKey = new Secret('line\nbreak-secret');
    const heroku = createHeroku({ baseUrl: server.url, apiKey, userAgent: 'x', clock, log });
    const error = await rejection(heroku.app('shop'));
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('break-secret');
  });

  it('includes the address that a client was made with wrongly', () => {
    const options = { apiKey: new Secret(KEY), userAgent: 'x', clock: null as never, log: null as never };
    for (const baseUrl of ['http://api.heroku.com', 'https://u:sesame@api.heroku.com', 'ftp://x', 'sesame']) {
      expect(() => createHeroku({ ...options, baseUrl })).toThrow(/neither https nor this machine/);
    }
  });
});
