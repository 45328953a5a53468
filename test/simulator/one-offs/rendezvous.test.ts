import { readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestHeroku } from '../support/local.ts';
import { Client, create, isAlive, logOf, runAttached, secretOf, untilLogged } from './support/client.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start();
  await test.deployedApp('shop');
});
afterAll(() => test.close());

const file = (name: string) => join(test.app('shop').current.slug?.directory ?? '', name);
const oneOff = (name: string) =>
  test.heroku.platform.oneOffs.of(test.app('shop')).find(({ dyno }) => dyno.name === name);

describe('an attached command', () => {
  it('is started once its client is there, and greeted in a record of its own', async () => {
    const dyno = await create(test, 'shop', 'echo started; cat');
    await untilLogged(test, 'shop', dyno.name, 'Awaiting client');
    expect((await test.api('GET', `/apps/shop/dynos/${dyno.name}`)).body.state).toBe('up');
    expect(logOf(test, 'shop', dyno.name).join()).not.toContain('Starting process');
    const client = await Client.attach(test, dyno.attach_url);
    await client.until('started\n');
    expect(client.records[0]?.toString()).toBe('rendezvous\r\n');
    client.socket.write(Buffer.of(4));
    expect(await client.closed).toBeUndefined();
    expect(logOf(test, 'shop', dyno.name)).toEqual([
      'heroku: Awaiting client',
      'heroku: State changed from starting to up',
      'heroku: Starting process with command `echo started; cat`',
      'heroku: Process exited with status 0',
      'heroku: State changed from up to complete',
    ]);
    expect((await test.api('GET', `/apps/shop/dynos/${dyno.name}`)).status).toBe(404);
  });

  it('prints to one stream, in order, byte for byte', async () => {
    const command = 'for i in 1 2 3; do echo out $i; echo err $i >&2; done; printf "\\xff\\xfe no line end"';
    const client = await runAttached(test, 'shop', command);
    const printed = Buffer.concat(client.records).subarray('rendezvous\r\n'.length);
    const text = Buffer.from('out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n');
    expect(printed).toEqual(Buffer.concat([text, Buffer.from([0xff, 0xfe]), Buffer.from(' no line end')]));
  });

  it('reads what its client types, until the end of input', async () => {
    const dyno = await create(test, 'shop', 'read line; echo "read $line"; wc -c');
    const client = await Client.attach(test, dyno.attach_url);
    client.socket.write('hello\nfour\u0004never read');
    await client.closed;
    expect(client.output).toMatch(/^read hello\n\s*4\n$/);
  });

  it('reads what came together with the secret', async () => {
    const dyno = await create(test, 'shop', 'cat');
    const client = await Client.connect(test);
    client.socket.write(`${secretOf(dyno.attach_url)}\r\nearly\u0004`);
    await client.closed;
    expect(client.output).toBe('early');
  });

  it.each([
    ['\u0003', 'INT'],
    ['\u001c', 'QUIT'],
  ])('gets %j as a signal', async (typed, signal) => {
    const command = `trap 'echo got ${signal}; exit 9' ${signal}; echo ready; while :; do sleep 0.02; done`;
    const dyno = await create(test, 'shop', command);
    const client = await Client.attach(test, dyno.attach_url);
    await client.until('ready');
    client.socket.write(typed);
    await client.closed;
    expect(client.output).toContain(`got ${signal}`);
    expect(oneOff(dyno.name)?.exitStatus).toBe(9);
  });

  it('ends with Ctrl-C where it does nothing against it', async () => {
    const dyno = await create(test, 'shop', 'echo ready; exec sleep 60');
    const client = await Client.attach(test, dyno.attach_url);
    await client.until('ready');
    client.socket.write('\u0003');
    await client.closed;
    expect(oneOff(dyno.name)?.exitStatus).toBe(130);
  });

  it('can open its outputs by their names', async () => {
    const client = await runAttached(test, 'shop', 'echo out > /dev/stdout; echo err > /dev/stderr');
    expect(client.output).toBe('out\nerr\n');
  });

  it('leaves no file open here', async () => {
    const openFiles = () => readdirSync('/dev/fd').length;
    await runAttached(test, 'shop', 'true');
    const before = openFiles();
    for (let count = 0; count < 10; count++) await runAttached(test, 'shop', 'cat & true');
    expect(openFiles()).toBeLessThan(before + 10);
  });

  it('may print a lot to a slow reader, and loses nothing', async () => {
    const dyno = await create(test, 'shop', 'seq 1 200000');
    const client = await Client.attach(test, dyno.attach_url);
    client.socket.pause();
    await untilLogged(test, 'shop', dyno.name, 'Starting process');
    client.socket.resume();
    await client.closed;
    const lines = client.output.trimEnd().split('\n');
    expect(lines).toHaveLength(200_000);
    expect(lines.at(-1)).toBe('200000');
  });

  it('takes with it what it has left running', async () => {
    const client = await runAttached(test, 'shop', 'sleep 60 & echo $!');
    expect(isAlive(Number(client.output))).toBe(false);
  });

  it('ends where it cannot be understood', async () => {
    const client = await runAttached(test, 'shop', 'if then');
    expect(client.output).toContain('syntax error');
  });
});

describe('a secret', () => {
  it('may be followed by a query and by LF alone', async () => {
    const { attach_url: url } = await create(test, 'shop', 'echo hello');
    const client = await Client.attach(test, url, '?token=1\n');
    await client.closed;
    expect(client.all).toBe('rendezvous\r\nhello\n');
  });

  it('may come in pieces', async () => {
    const { attach_url: url } = await create(test, 'shop', 'echo hello');
    const client = await Client.connect(test);
    for (const letter of `${secretOf(url)}\r\n`) {
      await new Promise<void>((resolve) => client.socket.write(letter, () => resolve()));
    }
    await client.closed;
    expect(client.output).toBe('hello\n');
  });

  it('works once', async () => {
    const { attach_url: url } = await create(test, 'shop', 'cat');
    const first = await Client.attach(test, url);
    await first.until('rendezvous');
    const second = await Client.attach(test, url);
    await second.closed;
    expect(second.all).toBe('');
    first.socket.write('still here\u0004');
    await first.closed;
    expect(first.output).toBe('still here');
  });

  it.each(['not-a-secret\r\n', '\r\n', `${'x'.repeat(5000)}`, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'])(
    'that is none (%.20j) is not answered',
    async (line) => {
      const client = await Client.connect(test);
      client.socket.write(line);
      await client.closed;
      expect(client.all).toBe('');
    },
  );
});

describe('a client that goes away', () => {
  it('takes its command along, with SIGHUP', async () => {
    const dyno = await create(test, 'shop', 'echo ready; sleep 60');
    const client = await Client.attach(test, dyno.attach_url);
    await client.until('ready');
    const pid = oneOff(dyno.name)?.dyno.process?.pid;
    client.socket.destroy();
    await untilLogged(test, 'shop', dyno.name, 'complete');
    expect(logOf(test, 'shop', dyno.name).slice(-3)).toEqual([
      'heroku: Client connection closed. Sending SIGHUP to all processes',
      'heroku: Process exited with status 129',
      'heroku: State changed from up to complete',
    ]);
    expect(isAlive(pid)).toBe(false);
  });

  it('does not hinder a command that ignores it', async () => {
    await writeFile(file('gate'), '');
    const command =
      "trap '' HUP; echo ready; while [ -e gate ]; do sleep 0.02; done; echo done > survived; exit 5";
    const dyno = await create(test, 'shop', command);
    const client = await Client.attach(test, dyno.attach_url);
    await client.until('ready');
    client.socket.destroy();
    await untilLogged(test, 'shop', dyno.name, 'SIGHUP');
    expect((await test.api('GET', `/apps/shop/dynos/${dyno.name}`)).body.state).toBe('up');
    await rm(file('gate'));
    await untilLogged(test, 'shop', dyno.name, 'Process exited with status 5');
  });

  it('before the command has started leaves nothing to start', async () => {
    const { settings } = test.app('shop');
    settings.startDelayMs = 3_600_000;
    const dyno = await create(test, 'shop', 'touch started-anyway');
    settings.startDelayMs = 0;
    const client = await Client.attach(test, dyno.attach_url);
    await client.until('rendezvous');
    client.socket.destroy();
    await untilLogged(test, 'shop', dyno.name, 'complete');
    expect(logOf(test, 'shop', dyno.name).join()).not.toContain('Starting process');
  });

  it('is one that says nothing for too long', async () => {
    test.app('shop').settings.attachIdleMs = 100;
    const client = await runAttached(test, 'shop', 'sleep 60');
    test.app('shop').settings.attachIdleMs = 3_600_000;
    expect(client.output).toBe('');
    const entry = test.heroku.control.requests({ surface: 'rendezvous' }).at(-1);
    await untilLogged(test, 'shop', entry?.path.split('/').at(-1) ?? '', 'Process exited with status 129');
  });
});

describe('a dyno without a client', () => {
  it('fails with R13 when its time is over, and starts nothing', async () => {
    test.app('shop').settings.attachTimeoutMs = 50;
    const dyno = await create(test, 'shop', 'touch started');
    await untilLogged(test, 'shop', dyno.name, 'complete');
    test.app('shop').settings.attachTimeoutMs = 30_000;
    expect(logOf(test, 'shop', dyno.name)).toEqual([
      'heroku: Awaiting client',
      'heroku: State changed from starting to up',
      'heroku: Error R13 (Attach error) -> Failed to attach to process',
      'heroku: Process exited with status 128',
      'heroku: State changed from up to complete',
    ]);
    const late = await Client.attach(test, dyno.attach_url);
    await late.closed;
    expect(late.all).toBe('');
    expect((await test.api('GET', `/apps/shop/dynos/${dyno.name}`)).status).toBe(404);
  });
});

it('many at once do not get in each other’s way', async () => {
  const numbers = Array.from({ length: 12 }, (_, index) => index);
  const outputs = await Promise.all(
    numbers.map(async (number) => {
      const client = await runAttached(test, 'shop', `for i in 1 2 3; do echo ${number}-$i; done`);
      return client.output;
    }),
  );
  expect(outputs).toEqual(numbers.map((number) => `${number}-1\n${number}-2\n${number}-3\n`));
  expect((await test.api('GET', '/apps/shop/dynos')).body).toHaveLength(1);
});

it('every connection is in the log of requests, and no secret is', async () => {
  test.heroku.control.clearRequests();
  const dyno = await create(test, 'shop', 'true');
  await (
    await Client.attach(test, dyno.attach_url)
  ).closed;
  await test.until(() => test.heroku.control.requests({ surface: 'rendezvous' })[0]?.durationMs !== null);
  const entries = test.heroku.control.requests({ surface: 'rendezvous', app: 'shop' });
  expect(entries).toMatchObject([
    { method: 'ATTACH', path: `/apps/shop/dynos/${dyno.name}`, outcome: 'answered', fault: null },
  ]);
  expect(JSON.stringify(test.heroku.control.requests())).not.toContain(secretOf(dyno.attach_url));
});
