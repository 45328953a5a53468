import type { RendezvousEffect } from '../../../src/simulator/index.ts';
import { TestHeroku } from '../support/local.ts';
import { Client, create, logOf, runAttached, untilLogged } from './support/client.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start();
  await test.deployedApp('shop');
});
afterEach(() => {
  test.heroku.control.clearFaults();
  test.heroku.control.clearRequests();
});
afterAll(() => test.close());

const fault = (effect: RendezvousEffect, match: { path?: string; nth?: number; times?: number } = {}) =>
  test.heroku.control.addFault({ match: { surface: 'rendezvous', ...match }, effect });
const last = () => test.heroku.control.requests({ surface: 'rendezvous' }).at(-1);

/** Attaches to a command that prints, waits to be told, and prints again. */
async function attachTo(command: string) {
  const dyno = await create(test, 'shop', command);
  return { dyno, client: await Client.attach(test, dyno.attach_url) };
}

describe('before the connection is secured', () => {
  it('it may be refused, and the next one work', async () => {
    fault({ kind: 'refuse' }, { nth: 1 });
    const dyno = await create(test, 'shop', 'echo hello');
    await expect(Client.attach(test, dyno.attach_url)).rejects.toMatchObject({
      code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/),
    });
    expect(last()).toMatchObject({ outcome: 'reset', fault: 'refuse', app: null });
    const client = await Client.attach(test, dyno.attach_url);
    await client.closed;
    expect(client.output).toBe('hello\n');
  });

  it('the certificate may be of somebody unknown', async () => {
    fault({ kind: 'wrong-certificate' }, { nth: 2 });
    expect((await runAttached(test, 'shop', 'echo first')).output).toBe('first\n');
    const dyno = await create(test, 'shop', 'touch started');
    await expect(Client.attach(test, dyno.attach_url)).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    await test.until(() => last()?.outcome === 'client-gone');
    expect(logOf(test, 'shop', dyno.name).join()).not.toContain('Starting process');
    expect((await test.api('GET', `/apps/shop/dynos/${dyno.name}`)).status).toBe(200);
  });
});

describe('no greeting', () => {
  it.each([
    ['the connection is closed', 'close', 'closed'],
    ['the connection stays silent', 'stall', 'stalled'],
  ] as const)('%s, and the command does not start', async (_title, then, outcome) => {
    test.app('shop').settings.attachTimeoutMs = 1_500;
    fault({ kind: 'no-greeting', then });
    const { dyno, client } = await attachTo('touch started');
    if (then === 'close') await client.closed;
    await untilLogged(test, 'shop', dyno.name, 'R13');
    test.app('shop').settings.attachTimeoutMs = 30_000;
    expect(client.socket.destroyed).toBe(then === 'close');
    client.socket.destroy();
    expect(client.all).toBe('');
    expect(last()).toMatchObject({ outcome, fault: 'no-greeting' });
    expect(logOf(test, 'shop', dyno.name).join()).not.toMatch(/Starting process|SIGHUP/);
  });

  it('though the command starts, and goes on', async () => {
    fault({ kind: 'no-greeting', starts: true });
    const { dyno, client } = await attachTo('sleep 0.1; exit 5');
    await client.closed;
    expect(client.all).toBe('');
    await untilLogged(test, 'shop', dyno.name, 'Process exited with status 5');
  });
});

describe('the greeting and the first output in one record', () => {
  it('come so, and the rest follows', async () => {
    fault({ kind: 'greeting-with-output' });
    const client = await runAttached(test, 'shop', 'echo first; sleep 0.1; echo second');
    expect(client.records[0]?.toString()).toBe('rendezvous\r\nfirst\n');
    expect(client.output).toBe('first\nsecond\n');
  });

  it('or the greeting comes at the end where there is no output', async () => {
    fault({ kind: 'greeting-with-output' });
    expect((await runAttached(test, 'shop', 'true')).all).toBe('rendezvous\r\n');
  });
});

it('every write may be split into records of a few bytes', async () => {
  fault({ kind: 'split', bytes: 3 });
  const client = await runAttached(test, 'shop', 'echo "marker: 7"');
  expect(client.all).toBe('rendezvous\r\nmarker: 7\n');
  const lengths = client.records.map(({ length }) => length);
  expect(Math.max(...lengths)).toBe(3);
  expect(lengths).toHaveLength(8);
});

it('output may come slowly', async () => {
  fault({ kind: 'slow', bytesPerSecond: 400 });
  const before = performance.now();
  const client = await runAttached(test, 'shop', 'printf "%0100d" 7');
  expect(client.output).toBe('7'.padStart(100, '0'));
  expect(performance.now() - before).toBeGreaterThan(200);
  expect(client.records.length).toBeGreaterThanOrEqual(5);
});

describe('a connection that is cut', () => {
  it.each([
    ['closed', 'close', undefined],
    ['reset', 'reset', 'ECONNRESET'],
  ] as const)('%s after so many bytes, while the command goes on', async (outcome, by, code) => {
    fault({ kind: 'cut', bytes: 6, by });
    const { dyno, client } = await attachTo('echo first; sleep 0.1; echo second; exit 4');
    expect(await client.closed).toBe(code);
    expect(client.output).toBe('first\n');
    await untilLogged(test, 'shop', dyno.name, 'Process exited with status 4');
    expect(logOf(test, 'shop', dyno.name).join()).not.toContain('SIGHUP');
    expect(last()).toMatchObject({ outcome, fault: 'cut' });
  });

  it('in the middle of a write: the rest of it does not come', async () => {
    fault({ kind: 'cut', bytes: 3 });
    const { client } = await attachTo('echo first; echo second');
    await client.closed;
    expect(client.output).toBe('fir');
  });

  it('right after the greeting', async () => {
    fault({ kind: 'cut', bytes: 0 });
    const { dyno, client } = await attachTo('echo first; exit 6');
    await client.closed;
    expect(client.all).toBe('rendezvous\r\n');
    await untilLogged(test, 'shop', dyno.name, 'Process exited with status 6');
  });

  it('and with it the command hung up', async () => {
    fault({ kind: 'cut', bytes: 6, process: 'hang-up' });
    const { dyno, client } = await attachTo('echo first; exec sleep 60');
    await client.closed;
    await untilLogged(test, 'shop', dyno.name, 'Process exited with status 129');
  });

  it('and with it the command killed', async () => {
    fault({ kind: 'cut', bytes: 6, by: 'reset', process: 'kill' });
    const { dyno, client } = await attachTo('echo first; exec sleep 60');
    expect(await client.closed).toBe('ECONNRESET');
    await untilLogged(test, 'shop', dyno.name, 'Process exited with status 137');
  });

  it('later than the command has output: it ends in good order', async () => {
    fault({ kind: 'cut', bytes: 1000, by: 'reset' });
    const { client } = await attachTo('echo all');
    expect(await client.closed).toBeUndefined();
    expect(client.output).toBe('all\n');
    await test.until(() => last()?.outcome === 'answered');
  });
});

it('a connection may stall: not even the end of the command comes', async () => {
  fault({ kind: 'stall', bytes: 6 });
  const { dyno, client } = await attachTo('echo first; echo second; exit 3');
  await untilLogged(test, 'shop', dyno.name, 'Process exited with status 3');
  expect((await test.api('GET', `/apps/shop/dynos/${dyno.name}`)).status).toBe(404);
  await client.until('first\n');
  expect(client.socket.destroyed).toBe(false);
  expect(client.output).toBe('first\n');
  client.socket.destroy();
});

describe('which connection is met', () => {
  it('is told by the dyno', async () => {
    fault({ kind: 'cut', bytes: 0 }, { path: '^/apps/shop/dynos/clock\\.' });
    expect((await runAttached(test, 'shop', 'echo hello')).output).toBe('hello\n');
    const dyno = await create(test, 'shop', 'echo hello', { type: 'clock' });
    const client = await Client.attach(test, dyno.attach_url);
    await client.closed;
    expect(client.output).toBe('');
  });

  it('is counted, and the others are left alone', async () => {
    fault({ kind: 'cut', bytes: 0 }, { nth: 2, times: 1 });
    const outputs = [];
    for (const text of ['one', 'two', 'three']) {
      outputs.push((await runAttached(test, 'shop', `echo ${text}`)).output);
    }
    expect(outputs).toEqual(['one\n', '', 'three\n']);
    expect(test.heroku.control.faults()).toMatchObject([{ matched: 3, applied: 1 }]);
  });

  it('is never one of a fault for HTTP, nor the other way round', async () => {
    test.heroku.control.addFault({ match: {}, effect: { kind: 'delay', ms: 0 } });
    fault({ kind: 'cut', bytes: 0 }, { nth: 2 });
    expect((await runAttached(test, 'shop', 'echo hello')).output).toBe('hello\n');
    expect(last()?.fault).toBeNull();
    expect(test.heroku.control.faults()[1]).toMatchObject({ matched: 1 });
  });
});

describe('a fault that could never happen is refused', () => {
  it.each([
    ['an HTTP fault for connections', { surface: 'rendezvous' }, { kind: 'status', status: 503 }],
    ['a connection fault for the API', { surface: 'api' }, { kind: 'split', bytes: 1 }],
    ['a dyno where none is known yet', { surface: 'rendezvous', path: 'run' }, { kind: 'refuse' }],
    ['a method', { surface: 'rendezvous', method: 'GET' }, { kind: 'split', bytes: 1 }],
    ['records of nothing', { surface: 'rendezvous' }, { kind: 'split', bytes: 0 }],
    ['a pattern that is none', { surface: 'rendezvous', path: '(' }, { kind: 'stall', bytes: 1 }],
    ['no bytes', { surface: 'rendezvous' }, { kind: 'cut' }],
    ['nothing', undefined, undefined],
  ])('%s', async (_what, match, effect) => {
    const response = await fetch(`${test.heroku.urls.control}/faults`, {
      method: 'POST',
      body: JSON.stringify({ match, effect }),
    });
    expect(response.status).toBe(422);
    expect(((await response.json()) as { message: string }).message).toContain('This is no fault');
  });
});
