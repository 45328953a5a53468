import { spawn } from 'node:child_process';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClock } from '../../../src/helper/time/time-lapse.ts';
import { json } from '../../support/scripted-server.ts';
import { certificateFor } from './support/certificates.ts';
import { appRow, GREETING } from './support/platform.ts';
import { loopback, World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.close());

/** Answers the creation with another attach URL than the dyno's own. */
function attachAt(url: (own: URL) => string): void {
  world.platform.server.on(
    'POST /apps/shop/dynos',
    world.platform.create((row) => {
      const own = new URL(String(row['attach_url']));
      return json(201, { ...row, attach_url: url(own) });
    }),
  );
}

/** A port of this machine that nobody listens at. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

describe('an app whose dynos are attached to in another way', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['in a Private Space', { space: { id: 's', name: 'vault' } }, /Private Space vault/],
    ['of the Fir generation', { generation: { name: 'fir' } }, /Fir generation/],
  ])('%s is refused before anything is created', async (_what, over, why) => {
    world.platform.server.on('GET /apps/shop', json(200, appRow(over)));
    const outcome = await world.run('touch /nowhere');
    expect(outcome).toMatchObject({
      kind: 'not-started',
      error: { verdict: 'refused', what: expect.stringMatching(why), parameter: 'app-name' },
    });
    expect(world.creations).toBe(0);
  });

  it.each([
    'https://ssh.example.com/x',
    'http://127.0.0.1:1/x',
    'ssh://127.0.0.1/x',
    'rendezvous:///x',
    'nonsense',
    '',
  ])('is refused where Heroku names %j, and its dyno is stopped before it does anything', async (url) => {
    attachAt(() => url);
    const outcome = await world.run('true');
    expect(outcome).toMatchObject({ kind: 'not-started', error: { verdict: 'refused' } });
    expect(world.stops).toBe(1);
    expect(world.platform.history.join('\n')).not.toContain('Starting process');
  });

  it('is not looked at where there is no such app', async () => {
    world.platform.server.on(
      'GET /apps/shop',
      json(404, { id: 'not_found', message: "Couldn't find that app." }),
    );
    expect(await world.run('true')).toMatchObject({
      kind: 'not-started',
      error: { parameter: 'app-name', verdict: 'refused' },
    });
    expect(world.creations).toBe(0);
  });
});

describe('attaching', () => {
  it('sends the query of the attach URL with the secret, and no server name for an address', async () => {
    attachAt((own) => `${own.href}?a=b&c`);
    world.platform.onConnection = (socket) =>
      socket.once('data', (data: Buffer) => {
        expect(data.toString()).toBe(`${world.platform.dyno.secret}?a=b&c\r\n`);
        socket.destroy();
      });
    await world.run('true');
    expect(world.platform.received.length).toBeGreaterThan(0);
    expect(world.platform.serverNames).toEqual([false]);
  });

  it('compares the host with the certificate', async () => {
    attachAt((own) => own.href.replace('127.0.0.1', 'localhost'));
    const outcome = await world.run('true');
    expect(outcome).toMatchObject({
      kind: 'not-started',
      error: {
        what: expect.stringMatching(/certificate .* is not trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)/),
      },
    });
    expect(world.platform.received).toEqual([]);
  });

  it('asks for a host by its name, by server name indication', async () => {
    const named = await World.create(await certificateFor('localhost'));
    try {
      named.platform.server.on(
        'POST /apps/shop/dynos',
        named.platform.create((row) =>
          json(201, { ...row, attach_url: String(row['attach_url']).replace('127.0.0.1', 'localhost') }),
        ),
      );
      expect(await named.run('true')).toMatchObject({ kind: 'exited', exitStatus: 0, evidence: 'marker' });
      expect(named.platform.serverNames).toEqual(['localhost']);
    } finally {
      await named.close();
    }
  });

  it('never sends the secret to whoever is not trusted', async () => {
    world.authority = undefined;
    const outcome = await world.run('true');
    expect(outcome).toMatchObject({
      kind: 'not-started',
      error: {
        what: expect.stringContaining('is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)'),
        next: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
      },
    });
    expect(world.platform.received).toEqual([]);
    expect(world.stops).toBe(1);
  });

  it('trusts no other authority than it was told', async () => {
    world.authority = (await certificateFor('127.0.0.1')).cert;
    expect(await world.run('true')).toMatchObject({ kind: 'not-started' });
    expect(world.platform.received).toEqual([]);
  });

  it('stops the dyno where its port is closed, after some tries: nothing ran', async () => {
    const port = await closedPort();
    attachAt((own) => own.href.replace(own.port, String(port)));
    const outcome = await world.run('true');
    expect(outcome).toMatchObject({
      kind: 'not-started',
      error: {
        verdict: 'failed',
        what: expect.stringContaining(`no connection to 127.0.0.1:${port} (ECONNREFUSED)`),
        next: expect.stringContaining(`port ${port}`),
      },
    });
    expect(world.stops).toBe(1);
  });

  it('tries again as long as the secret was not sent', async () => {
    let connections = 0;
    const passed: Socket[] = [];
    const gate = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
      if (connections < 3) return void socket.destroy();
      const onward = connectTcp(world.platform.rendezvousPort, '127.0.0.1');
      onward.on('error', () => undefined);
      passed.push(socket, onward);
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((done) => gate.listen(0, '127.0.0.1', done));
    attachAt((own) => own.href.replace(own.port, String((gate.address() as AddressInfo).port)));
    const outcome = await world.run('echo through');
    expect(outcome).toMatchObject({ kind: 'exited', exitStatus: 0, evidence: 'marker' });
    expect([connections, world.lines]).toEqual([3, ['through']]);
    for (const socket of passed) socket.destroy();
    await new Promise((done) => gate.close(done));
  });

  it.each<[string, (write: (text: string) => void, end: () => void) => void]>([
    ['closes at once', (_write, end) => end()],
    ['closes within its greeting', (write, end) => (write('rendez'), end())],
    ['greets without end', (write) => write('g'.repeat(5000))],
  ])('stops the dyno where the other side %s: nothing ran', async (_what, behave) => {
    world.platform.onAttach = (socket) =>
      behave(
        (text) => void socket.write(text),
        () => void socket.end(),
      );
    const outcome = await world.run('true');
    expect(outcome).toMatchObject({
      kind: 'not-started',
      error: { what: expect.stringContaining('did not greet') },
    });
    expect(world.stops).toBe(1);
    expect(world.lines).toEqual([]);
  });

  it('does not wait for a greeting for ever', async () => {
    world.clock = createClock(300);
    world.platform.onAttach = () => undefined;
    const outcome = await world.run('true');
    expect(outcome).toMatchObject({
      kind: 'not-started',
      error: { what: expect.stringContaining('did not greet') },
    });
    expect(world.stops).toBe(1);
  });

  it('goes by the log where the dyno gives up waiting before it is greeted', async () => {
    world.platform.onAttach = (_socket, dyno) => {
      dyno.log('Error R13 (Attach error) -> Failed to attach to process');
      dyno.exit(128);
    };
    expect(await world.run('true')).toMatchObject({ kind: 'not-started' });
  });

  it('goes by the log where the dyno gives up waiting though it was greeted', async () => {
    world.platform.onAttach = (socket, dyno) => {
      socket.end(GREETING);
      dyno.log('Error R13 (Attach error) -> Failed to attach to process');
      dyno.exit(128);
    };
    expect(await world.run('true')).toMatchObject({
      kind: 'not-started',
      error: { what: expect.stringContaining('R13') },
    });
  });

  it('is not certain that nothing ran without the whole log', async () => {
    world.platform.onLog = (response) => void response.writeHead(500).end();
    world.platform.onAttach = (socket) => void socket.end();
    const outcome = await world.run('true');
    expect(outcome).toMatchObject({
      kind: 'unknown',
      gone: true,
      why: expect.stringContaining('cannot be proven'),
    });
  });

  it('is not certain that nothing ran when the log says that it was started', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      socket.end();
    };
    const outcome = await world.run('true');
    expect(outcome).toMatchObject({
      kind: 'unknown',
      gone: true,
      why: expect.stringMatching(/had started its command all the same and exited with status 143/),
    });
  });

  it('is not certain that nothing ran when the dyno cannot be stopped', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.obeysStop = false;
      socket.end();
    };
    const outcome = await world.run('true');
    expect(outcome).toMatchObject({
      kind: 'unknown',
      gone: false,
      why: expect.stringContaining('did not stop'),
    });
    expect(world.stops).toBeGreaterThan(1);
  });

  describe('in a process of its own', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'one-off-ca-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    async function runWith(environment: NodeJS.ProcessEnv): Promise<string[]> {
      const script = join(__dirname, 'support/run-once.ts');
      const child = spawn(process.execPath, ['--import', 'tsx', script, 'echo hello; (exit 7)'], {
        cwd: resolve(__dirname, '../../..'),
        env: { PATH: process.env.PATH, HOME: folder, HEROKU_HOST: world.platform.server.url, ...environment },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let printed = '';
      child.stdout.on('data', (data: Buffer) => (printed += data.toString()));
      await new Promise((done) => child.on('close', done));
      return printed.trim().split('\n');
    }

    it('trusts the authorities of NODE_EXTRA_CA_CERTS, with no word about it in this program', async () => {
      const file = join(folder, 'ca.pem');
      await writeFile(file, (await loopback()).cert);
      expect(await runWith({ NODE_EXTRA_CA_CERTS: file })).toEqual(['hello', 'exited 7 by marker']);
    });

    it('trusts nobody because of NODE_TLS_REJECT_UNAUTHORIZED', async () => {
      expect(await runWith({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual(['not-started']);
      expect(world.platform.received).toEqual([]);
    });
  });
});
