import { createServer } from 'node:net';
import {
  garbage,
  json,
  PAGE,
  reset,
  resetWithin,
  ScriptedServer,
  stall,
  stallWithin,
  text,
  unfinished,
  type Reply,
} from '../support/scripted-server.ts';
import { HelperProgram } from './support/helper-program.ts';
import { APP_FILES } from './support/repository.ts';
import { createWorld, KEY, type World } from './support/world.ts';

let world: World;
let helper: HelperProgram;
let server: ScriptedServer;

beforeAll(async () => {
  world = await createWorld();
  helper = await HelperProgram.create(world, await world.repository.commit(APP_FILES));
});

afterAll(async () => {
  await helper.remove();
  await world.close();
});

beforeEach(async () => {
  server = await new ScriptedServer().listen();
});

afterEach(async () => {
  await server.close();
});

const BASIC = Buffer.from(`:${KEY}`).toString('base64');
const NOT_HEROKU = 'Heroku answered something that is not its API';

type Case = readonly [name: string, reply: Reply, says: string];

describe('in place of Heroku’s API', () => {
  const cases: Case[] = [
    ['a page', text(200, PAGE, { 'Content-Type': 'text/html' }), NOT_HEROKU],
    ['a page that says it is missing', text(404, PAGE, { 'Content-Type': 'text/html' }), NOT_HEROKU],
    ['a page that asks for a login', text(401, PAGE, { 'Content-Type': 'text/html' }), NOT_HEROKU],
    ['truncated JSON', text(200, '{"id": "0123", "email": "deploy@exam'), NOT_HEROKU],
    ['JSON of another shape', json(200, [1, 2, 3]), NOT_HEROKU],
    ['null', json(200, null), NOT_HEROKU],
    ['nothing', text(200, ''), NOT_HEROKU],
    ['an answer without a body', text(204, ''), NOT_HEROKU],
    ['500', json(500, { id: 'internal_server_error', message: 'Infernal' }), 'Heroku answered 500.'],
    ['503 with a page', text(503, PAGE), 'Heroku answered 503.'],
    [
      '503 that repeats the key',
      json(503, { id: KEY, message: `Bearer ${KEY} Basic ${BASIC}` }),
      'answered 503',
    ],
    ['429 without an end', json(429, { id: 'rate_limit', message: 'Slow down' }), 'rate limit'],
    ['a wait beyond all patience', json(429, { id: 'rate_limit' }, { 'Retry-After': '86400' }), 'rate limit'],
    ['a redirect', text(302, '', { Location: 'https://example.com/' }), 'redirect'],
    ['a connection that is reset', reset, 'The connection to Heroku broke'],
    [
      'an answer that breaks off',
      resetWithin(200, '{"email": "deploy@example.com"}'),
      'connection to Heroku broke',
    ],
    ['an answer without its end', unfinished(200, '{"email": "dep'), 'connection to Heroku broke'],
    ['something that is not HTTP', garbage, 'connection to Heroku broke'],
  ];
  test.each(cases)('%s is one clear failure', async (_name, reply, says) => {
    server.otherwise(reply);
    await helper.expectRefusal({ env: { HEROKU_HOST: server.url } }, { exitCode: 1, says: [says] });
    expect(server.routes).not.toEqual([]);
    expect(new Set(server.routes.map((route) => route.split(' ')[0]))).toEqual(new Set(['GET']));
  });

  test.each([
    ['nothing at all', stall],
    ['half an answer, and then nothing', stallWithin(200, '{"email": "dep')],
  ] as const)('%s is waited for, but not for ever', async (_name, reply) => {
    server.otherwise(reply);
    await helper.expectRefusal(
      { env: { HEROKU_HOST: server.url, HEROKU_CD_TIME_LAPSE: '500' } },
      { exitCode: 1, says: ['Heroku did not answer within'] },
    );
  });

  test('nobody is one clear failure', async () => {
    const url = await unusedAddress();
    await helper.expectRefusal(
      { env: { HEROKU_HOST: url } },
      { exitCode: 1, says: ['Heroku could not be reached'] },
    );
  });

  test('a redirect takes the key nowhere', async () => {
    const elsewhere = await new ScriptedServer().listen();
    try {
      server.otherwise(text(307, '', { Location: `${elsewhere.url}/account` }));
      await helper.expectRefusal({ env: { HEROKU_HOST: server.url } }, { exitCode: 1, says: ['redirect'] });
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('in place of Heroku’s git server', () => {
  const cases: Case[] = [
    ['a page', text(200, PAGE, { 'Content-Type': 'text/html' }), 'could not be pushed'],
    ['500', text(500, 'Infernal'), 'could not be pushed'],
    [
      '503 that repeats the key',
      text(503, `Basic ${BASIC}`, { 'Content-Type': 'text/plain' }),
      'could not be pushed',
    ],
    [
      'a refusal that repeats the key',
      text(403, `${KEY} ${BASIC}`, { 'Content-Type': 'text/plain' }),
      'refused the push',
    ],
    ['a connection that is reset', reset, 'could not be pushed'],
    ['something that is not HTTP', garbage, 'could not be pushed'],
    ['half an answer', resetWithin(200, '001f# service=git-receive-pack\n0000'), 'could not be pushed'],
    ['a redirect', text(302, '', { Location: 'https://example.com/' }), 'could not be pushed'],
  ];
  test.each(cases)('%s is one clear failure', async (_name, reply, says) => {
    server.otherwise(reply);
    await helper.expectRefusal({ env: { HEROKU_GIT_HOST: server.url } }, { exitCode: 1, says: [says] });
    expect(server.routes).not.toEqual([]);
  });

  test.each([
    ['401', 401, 'git server does not accept the key'],
    ['404', 404, 'git server knows no app'],
  ] as const)('%s is a refusal', async (_name, status, says) => {
    server.otherwise(text(status, 'no'));
    await helper.expectRefusal({ env: { HEROKU_GIT_HOST: server.url } }, { exitCode: 2, says: [says] });
  });

  test('nothing at all is waited for, but not for ever', async () => {
    server.otherwise(stall);
    const call = { env: { HEROKU_GIT_HOST: server.url, HEROKU_CD_BUILD_TIMEOUT: '500ms' } };
    await helper.expectRefusal(call, { exitCode: 1, says: ['could not be pushed'] });
  });

  test('nobody is one clear failure', async () => {
    const call = { env: { HEROKU_GIT_HOST: await unusedAddress() } };
    await helper.expectRefusal(call, { exitCode: 1, says: ['could not be pushed'] });
  });

  test('a redirect takes the key nowhere', async () => {
    const elsewhere = await new ScriptedServer().listen();
    try {
      server.otherwise((response, { path }) => {
        response.writeHead(307, { Location: `${elsewhere.url}${path}` }).end();
      });
      await helper.expectRefusal(
        { env: { HEROKU_GIT_HOST: server.url } },
        { exitCode: 1, says: ['could not be pushed'] },
      );
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

/** Of this machine, with nobody behind it: the port was free a moment ago. */
async function unusedAddress(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return `http://127.0.0.1:${port}`;
}
