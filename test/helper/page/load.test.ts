import { loadPage } from '../../../src/helper/page/load.ts';
import { systemClock } from '../../../src/helper/time/system-clock.ts';
import { createClock } from '../../../src/helper/time/time-lapse.ts';
import { ScriptedServer, type Reply } from '../../support/scripted-server.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await new ScriptedServer().listen();
});
afterEach(() => server.close());

const quiet = new AbortController();
const load = (path: string, clock = systemClock) =>
  loadPage(path.startsWith('/') ? `${server.url}${path}` : path, { clock, signal: quiet.signal });
const to =
  (location: string): Reply =>
  (response) =>
    void response.writeHead(302, { location }).end();
const page: Reply = (response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Back</p>');

test('gives the page where the redirects end, with what its headers say', async () => {
  server
    .on('GET /a', to('/b'))
    .on('GET /b', to(`${server.url}/c`))
    .on('GET /c', page);
  const loaded = await load('/a');
  if (typeof loaded === 'string') throw new Error(loaded);
  expect([loaded.url.pathname, loaded.status, loaded.html, loaded.header('content-type')]).toEqual([
    '/c',
    200,
    '<p>Back</p>',
    'text/html',
  ]);
  expect(server.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

test.each([
  ['in a circle', '/a', 'it redirects more than 5 times'],
  [
    'to another machine without TLS',
    'http://pages.example.com/',
    'it redirects to an address that is not https',
  ],
  ['with a password', 'https://me:secret@pages.example.com/', 'it redirects to an address that is not https'],
  ['to nowhere', 'http://', 'it redirects to an address that is not https'],
])('a redirect %s is not followed', async (_what, location, why) => {
  server.on('GET /a', to(location));
  expect(await load('/a')).toBe(why);
});

test('an address that cannot be used is not called a redirect', async () => {
  expect(await load('http://pages.example.com/')).toBe('its address is not https');
});

test('a page that does not come, or not to its end, is not waited for', async () => {
  const clock = createClock(1000);
  server.on('GET /silent', () => undefined);
  server.on('GET /slow', (response) => void response.writeHead(200).write('<p>'));
  expect(await load('/silent', clock)).toBe('it was not there within 15 s');
  expect(await load('/slow', clock)).toBe('it was not there within 15 s');
});

test('a server that is not there, or breaks off, is told with the system’s own word', async () => {
  server.on('GET /broken', (response) => void response.destroy());
  expect(await load('/broken')).toMatch(/^it could not be loaded \(\w+\)$/);
  expect(await load('http://127.0.0.1:1/')).toBe('it could not be reached (ECONNREFUSED)');
});

test('a signal ends it', async () => {
  const stopped = new AbortController();
  server.on('GET /silent', () => stopped.abort(new Error('told to stop')));
  await expect(
    loadPage(`${server.url}/silent`, { clock: systemClock, signal: stopped.signal }),
  ).rejects.toThrow('told to stop');
});
