import { readFile } from 'node:fs/promises';
import { createHeroku, type HerokuClient } from '../../../src/helper/heroku/index.ts';
import { runOneOff, type OneOffOutcome, type OneOffRequest } from '../../../src/helper/one-off/index.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import { createClock } from '../../../src/helper/time/time-lapse.ts';
import type { FaultRequest } from '../../../src/simulator/index.ts';
import { RecordingLog } from '../../support/recording-log.ts';
import { TestHeroku } from '../support/local.ts';

/** Waits of seconds take a twentieth of that. */
const timeLapse = 20;

let test: TestHeroku;
let client: HerokuClient;
let lines: string[];
const [clock, log] = [createClock(timeLapse), new RecordingLog()];
beforeAll(async () => {
  test = await TestHeroku.start();
  await test.deployedApp('shop');
  const baseUrl = test.heroku.urls.api;
  client = createHeroku({ baseUrl, apiKey: new Secret(test.key), userAgent: 'heroku-cd/test', clock, log });
});
beforeEach(() => {
  lines = [];
});
afterEach(() => {
  test.heroku.control.clearFaults();
  Object.assign(test.app('shop').settings, { attachTimeoutMs: 30_000, logDelayMs: 0 });
});
afterAll(async () => {
  client.close();
  await test.close();
});

async function run(command: string, more: Partial<OneOffRequest> = {}): Promise<OneOffOutcome> {
  const file = test.heroku.environment()['NODE_EXTRA_CA_CERTS'] ?? '';
  const certificateAuthority = await readFile(file, 'utf8');
  return runOneOff(
    { heroku: client, closingHeroku: client, clock, log, certificateAuthority },
    {
      app: 'shop',
      command,
      timeToLiveSeconds: 60,
      limit: { ms: 600_000, parameter: 'migrate-timeout' },
      onLines: (text) => lines.push(...text.split('\n')),
      ...more,
    },
  );
}

const fault = (request: FaultRequest) => test.heroku.control.addFault(request);
const left = async () => ((await test.api('GET', '/apps/shop/dynos')).body as unknown[]).length;

it.each([
  ['succeeds', 'echo out; echo err >&2', 0],
  ['fails', 'echo out; echo err >&2; (exit 7)', 7],
])('a command that %s is seen to', async (_how, command, exitStatus) => {
  expect(await run(command)).toMatchObject({ kind: 'exited', exitStatus, evidence: 'marker' });
  expect(lines).toEqual(['out', 'err']);
  expect(await left()).toBe(1);
});

it('a status is found in records of one byte', async () => {
  fault({ match: { surface: 'rendezvous' }, effect: { kind: 'split', bytes: 1 } });
  expect(await run('echo out; (exit 3)')).toMatchObject({ exitStatus: 3, evidence: 'marker' });
  expect(lines).toEqual(['out']);
});

it('a greeting is told from output that comes along with it', async () => {
  fault({ match: { surface: 'rendezvous' }, effect: { kind: 'greeting-with-output' } });
  expect(await run('echo out; (exit 3)')).toMatchObject({ exitStatus: 3, evidence: 'marker' });
  expect(lines).toEqual(['out']);
});

it.each(['close', 'reset'] as const)('after a %s the status comes from the log', async (by) => {
  test.app('shop').settings.logDelayMs = 200;
  fault({ match: { surface: 'rendezvous' }, effect: { kind: 'cut', bytes: 4, by } });
  expect(await run('echo out; sleep 0.3; (exit 6)')).toMatchObject({ exitStatus: 6, evidence: 'log' });
  expect(lines).toEqual(['out']);
});

it('a killed command is not taken for one that has succeeded', async () => {
  fault({ match: { surface: 'rendezvous' }, effect: { kind: 'cut', bytes: 0, process: 'kill' } });
  expect(await run('sleep 60')).toMatchObject({ kind: 'exited', exitStatus: 137, evidence: 'log' });
});

it('a connection that falls silent is settled by the log', async () => {
  fault({ match: { surface: 'rendezvous' }, effect: { kind: 'stall', bytes: 4 } });
  expect(await run('echo out; (exit 4)')).toMatchObject({ exitStatus: 4, evidence: 'log' });
});

it.each([
  ['is refused', { kind: 'refuse' }],
  ['is not to be trusted', { kind: 'wrong-certificate' }],
  ['does not greet', { kind: 'no-greeting' }],
] as const)('where the connection %s nothing was started', async (_how, effect) => {
  if (effect.kind === 'no-greeting') test.app('shop').settings.attachTimeoutMs = 1_000;
  fault({ match: { surface: 'rendezvous' }, effect });
  const outcome = await run('touch started');
  // Where the secret has been sent, only Heroku's own word (R13) could prove it.
  expect(outcome.kind).toMatch(effect.kind === 'no-greeting' ? /^(not-started|unknown)$/ : /^not-started$/);
  expect(test.heroku.platform.oneOffs.of(test.app('shop')).at(-1)).toMatchObject({ state: 'ended' });
  expect(await left()).toBe(1);
});

it('the limit stops the dyno', async () => {
  const outcome = await run('exec sleep 60', { limit: { ms: 10_000, parameter: 'migrate-timeout' } });
  expect(outcome).toMatchObject({ kind: 'exited', exitStatus: 143, stop: { by: 'limit' } });
  expect(await left()).toBe(1);
});
