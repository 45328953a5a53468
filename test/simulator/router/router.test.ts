import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  ask,
  closedPort,
  dyno,
  entries,
  listen,
  open,
  routes,
  saying,
  startRouter,
  untilReported,
  up,
} from './bench.ts';

describe('pages of the router itself', () => {
  test('an app that nobody knows: 404', async () => {
    const { status, headers, body } = await ask(await startRouter());
    expect(status).toBe(404);
    expect(headers['content-type']).toContain('text/html');
    expect(body).toContain('No such app');
    expect(body).toContain("There's nothing here, yet.");
    expect(entries).toMatchObject([{ app: 'my-app', outcome: 'unknown-app', status: 404, path: '/' }]);
  });

  test('maintenance: 503 and the page, though dynos are up', async () => {
    routes['my-app'] = { maintenance: true, webPorts: [await saying('the app')] };
    const { status, body } = await ask(
      await startRouter(),
      { path: '/_app/my-app/x?y', method: 'POST' },
      'data',
    );
    expect(status).toBe(503);
    expect(body).toContain('Offline for Maintenance');
    expect(body).not.toContain('the app');
    expect(entries).toMatchObject([
      { app: 'my-app', outcome: 'maintenance', code: 'H80', status: 503, path: '/x?y' },
    ]);
  });

  test('maintenance without any dyno is maintenance as well', async () => {
    routes['my-app'] = { maintenance: true, webPorts: [] };
    expect((await ask(await startRouter())).body).toContain('Offline for Maintenance');
  });

  test('no web dyno: 503 Application error', async () => {
    routes['my-app'] = up();
    const { status, body } = await ask(await startRouter());
    expect(status).toBe(503);
    expect(body).toContain('Application error');
    expect(entries.map(({ outcome }) => outcome)).toEqual(['no-web']);
  });

  test('all dynos refuse: 503 Application error', async () => {
    routes['my-app'] = up(await closedPort(), await closedPort());
    const { status, body } = await ask(await startRouter());
    expect(status).toBe(503);
    expect(body).toContain('Application error');
    expect(entries.map(({ outcome }) => outcome)).toEqual(['refused']);
  });

  test('a dyno that hangs up without an answer: 503', async () => {
    const port = await listen(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
    routes['my-app'] = up(port);
    const { status, body } = await ask(await startRouter());
    expect(status).toBe(503);
    expect(body).toContain('Application error');
    expect(entries.map(({ outcome }) => outcome)).toEqual(['refused']);
  });

  test('a dyno that answers something else than HTTP: 503', async () => {
    routes['my-app'] = up(await listen(createTcpServer((socket) => socket.resume().end('hello\r\n\r\n'))));
    expect((await ask(await startRouter())).status).toBe(503);
  });

  test('a dyno that does not answer in time: 503', async () => {
    routes['my-app'] = up(await dyno(() => undefined));
    const { status } = await ask(await startRouter({ firstByteMs: 50 }));
    expect(status).toBe(503);
    expect(entries.map(({ outcome }) => outcome)).toEqual(['timeout']);
  });

  test('HEAD gets no body', async () => {
    routes['my-app'] = { maintenance: true, webPorts: [] };
    const { status, body, headers } = await ask(await startRouter(), { method: 'HEAD' });
    expect([status, body]).toEqual([503, '']);
    expect(Number(headers['content-length'])).toBeGreaterThan(0);
  });
});

describe('several dynos', () => {
  test('take turns, each app its own', async () => {
    routes['my-app'] = up(await saying('1'), await saying('2'), await saying('3'));
    routes['other'] = up(await saying('a'), await saying('b'));
    const port = await startRouter();
    const got: string[] = [];
    for (let i = 0; i < 4; i++) {
      got.push((await ask(port)).body, (await ask(port, { path: '/_app/other/' })).body);
    }
    expect(got.join('')).toBe('1a2b3a1b');
  });

  test('one that refuses is passed over, its request’s body is not lost', async () => {
    const echo = await dyno((request, response) => void request.pipe(response));
    routes['my-app'] = up(await closedPort(), echo);
    const port = await startRouter();
    for (let i = 0; i < 3; i++) {
      const answer = await ask(port, { method: 'POST' }, `body ${i}`);
      expect(answer).toMatchObject({ status: 200, body: `body ${i}` });
    }
    expect(entries.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  });

  test('none of them, then one more: each request asks for the route anew', async () => {
    const port = await startRouter();
    routes['my-app'] = up();
    expect((await ask(port)).status).toBe(503);
    routes['my-app'] = up(await saying('back'));
    expect((await ask(port)).body).toBe('back');
    routes['my-app'] = { ...routes['my-app'], maintenance: true };
    expect((await ask(port)).status).toBe(503);
  });
});

describe('what breaks off', () => {
  test('the dyno, in the middle of its answer: so does the answer', async () => {
    routes['my-app'] = up(
      await dyno((request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => request.socket.destroy());
      }),
    );
    const request = open(await startRouter());
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await expect(text(response)).rejects.toThrow('aborted');
    await untilReported();
    expect(entries).toMatchObject([{ app: 'my-app', outcome: 'interrupted', status: 200, path: '/' }]);
  });

  test('the client, while the dyno works: the dyno is told', async () => {
    let reached: () => void = () => {};
    const working = new Promise<void>((resolve) => (reached = resolve));
    let told: () => void = () => {};
    const dynoTold = new Promise<void>((resolve) => (told = resolve));
    routes['my-app'] = up(
      await dyno((_request, response) => {
        response.on('close', told);
        reached();
      }),
    );
    const request = open(await startRouter());
    request.on('error', () => undefined);
    request.end();
    await working;
    request.destroy();
    await dynoTold;
    await untilReported();
    expect(entries).toMatchObject([{ app: 'my-app', outcome: 'interrupted', status: 499, path: '/' }]);
  });

  test('the client, in the middle of its upload', async () => {
    let reached: () => void = () => {};
    const working = new Promise<void>((resolve) => (reached = resolve));
    routes['my-app'] = up(
      await dyno((request) => {
        request.on('error', () => undefined);
        request.once('data', reached);
      }),
    );
    const request = open(await startRouter(), { method: 'POST' });
    request.on('error', () => undefined);
    request.write('part');
    await working;
    request.destroy();
    await untilReported();
    expect(entries.map(({ outcome }) => outcome)).toEqual(['interrupted']);
  });
});
