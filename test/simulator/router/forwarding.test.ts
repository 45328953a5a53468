import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer, get as httpsGet } from 'node:https';
import { buffer, text } from 'node:stream/consumers';
import { createCertificates } from '../../../src/simulator/certificates/index.ts';
import { createRouter } from '../../../src/simulator/router/index.ts';
import { ask, dyno, entries, listen, open, routes, saying, startRouter, up } from './bench.ts';

describe('what the dyno gets', () => {
  test('method, path, query, headers and body', async () => {
    let seen: Record<string, unknown> = {};
    const port = await dyno((request, response) => {
      const { method, url, headers } = request;
      void text(request).then((body) => {
        seen = { method, url, host: headers.host, kind: headers['content-type'], body };
        response.writeHead(201, 'Made', { 'X-Own': 'yes', 'Set-Cookie': ['a=1', 'b=2'] }).end('made');
      });
    });
    routes['my-app'] = up(port);
    const answer = await ask(
      await startRouter(),
      {
        method: 'PUT',
        path: '/_app/my-app/a%20b/../c?d=%2F',
        headers: { 'content-type': 'text/x', host: 'h:1' },
      },
      'the body',
    );
    expect(seen).toEqual({
      method: 'PUT',
      url: '/a%20b/../c?d=%2F',
      host: 'h:1',
      kind: 'text/x',
      body: 'the body',
    });
    expect(answer).toMatchObject({ status: 201, body: 'made' });
    expect(answer.headers).toMatchObject({ 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'] });
    expect(entries).toMatchObject([{ app: 'my-app', outcome: 'ok', status: 201, path: '/a%20b/../c?d=%2F' }]);
  });

  test('the app by its host name', async () => {
    routes['other'] = up(await saying('other'));
    const port = await startRouter();
    const { body } = await ask(port, { path: '/x', headers: { host: `other.localhost:${port}` } });
    expect(body).toBe('other');
  });

  test('the headers of Heroku’s router', async () => {
    let headers: IncomingMessage['headers'] = {};
    routes['my-app'] = up(
      await dyno((request, response) => {
        headers = request.headers;
        response.writeHead(200, { via: '1.1 app' }).end();
      }),
    );
    const port = await startRouter();
    const answer = await ask(port, {
      headers: { host: `my-app.localhost:${port}`, 'x-forwarded-for': '203.0.113.7', via: '1.0 proxy' },
    });
    expect(headers).toMatchObject({
      'x-forwarded-for': '203.0.113.7, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(port),
      via: '1.0 proxy, 1.1 heroku-router',
      connection: 'close',
    });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(Number(headers['x-request-start'])).toBeGreaterThan(1e12);
    expect(answer.headers.via).toBe('1.1 app, 1.1 heroku-router');
  });

  test('a request id of the client is kept where it is usable', async () => {
    const ids: unknown[] = [];
    routes['my-app'] = up(
      await dyno((request, response) => {
        ids.push(request.headers['x-request-id']);
        response.end();
      }),
    );
    const port = await startRouter();
    await ask(port, { headers: { 'x-request-id': 'a-request-id-of-twenty-and-more' } });
    await ask(port, { headers: { 'x-request-id': 'short' } });
    expect(ids).toEqual(['a-request-id-of-twenty-and-more', expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  test('https is told', async () => {
    routes['my-app'] = up(
      await dyno((request, response) => response.end(String(request.headers['x-forwarded-proto']))),
    );
    const { privateKey: key, certificate: cert, authority } = await createCertificates();
    const router = createRouter({ route: (app) => routes[app] });
    const port = await listen(
      createTlsServer({ key, cert }, (request, response) => router.handle(request, response)),
    );
    const request = httpsGet({ host: '127.0.0.1', port, path: '/_app/my-app/', ca: authority });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(await text(response)).toBe('https');
  });

  test('bodies stream both ways: the echo of one part arrives before the next is sent', async () => {
    routes['my-app'] = up(await dyno((request, response) => void request.pipe(response)));
    const request = open(await startRouter(), { method: 'POST' });
    request.write('first');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(String((await once(response, 'data'))[0])).toBe('first');
    request.write('second');
    expect(String((await once(response, 'data'))[0])).toBe('second');
    request.end();
    response.resume();
    await once(response, 'end');
  });

  test('megabytes both ways', async () => {
    routes['my-app'] = up(await dyno((request, response) => void request.pipe(response)));
    const content = randomBytes(3 * 1024 * 1024);
    const request = open(await startRouter(), { method: 'POST' });
    request.end(content);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect((await buffer(response)).equals(content)).toBe(true);
  });

  test('errors and redirects of the app are the app’s', async () => {
    routes['my-app'] = up(
      await dyno((request, response) => {
        if (request.url === '/old') response.writeHead(302, { location: 'http://127.0.0.1:1/new' }).end();
        else response.writeHead(500).end('broken');
      }),
    );
    const port = await startRouter();
    expect(await ask(port)).toMatchObject({ status: 500, body: 'broken' });
    const moved = await ask(port, { path: '/_app/my-app/old' });
    expect(moved).toMatchObject({ status: 302, headers: { location: 'http://127.0.0.1:1/new' } });
    expect(entries.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['ok', 500],
      ['ok', 302],
    ]);
  });
});
