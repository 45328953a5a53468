import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { visitOnce, Visitors } from '../../../scripts/demo/visitors.ts';

let answer: (response: ServerResponse) => void;
let server: Server;
let connections = 0;
let url: string;

beforeAll(async () => {
  server = createServer((_request, response) => answer(response));
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

const page = '<html><body><h1>Offline for Maintenance</h1></body></html>';

it.each<[string, (response: ServerResponse) => void, unknown]>([
  [
    'the app’s page',
    (response) => response.setHeader('x-edition', 2).end('Welcome'),
    { kind: 'served', edition: 2 },
  ],
  ['the maintenance page', (response) => response.writeHead(503).end(page), { kind: 'page' }],
  [
    'another 503',
    (response) => response.writeHead(503).end('<h1>Application error</h1>'),
    { kind: 'lost', why: '503 Application error' },
  ],
  [
    'the maintenance page with another status',
    (response) => response.end(page),
    { kind: 'lost', why: '200 Offline for Maintenance' },
  ],
  [
    'an error of the app',
    (response) => response.setHeader('x-edition', 1).writeHead(500).end('no such column'),
    { kind: 'lost', why: '500 no such column' },
  ],
  ['a closed connection', (response) => response.destroy(), { kind: 'lost', why: 'socket hang up' }],
  [
    'half an answer',
    (response) =>
      response
        .writeHead(200, { 'x-edition': 1, 'content-length': 99 })
        .write('Wel', () => response.destroy()),
    { kind: 'lost', why: 'aborted' },
  ],
])('tells %s', async (_name, given, visit) => {
  answer = given;
  expect(await visitOnce(url)).toEqual(visit);
});

it('counts a refused connection and a dyno that never answers as lost', async () => {
  expect(await visitOnce('http://127.0.0.1:1/')).toMatchObject({ kind: 'lost' });
  answer = () => undefined;
  expect(await visitOnce(url, 30)).toMatchObject({ kind: 'lost' });
  server.closeAllConnections();
});

it('comes over a connection of its own each time, and is counted though the answer comes after the end', async () => {
  const held: ServerResponse[] = [];
  let asked = 0;
  answer = (response) => {
    response.setHeader('x-edition', 1);
    if ((asked += 1) > 3) held.push(response);
    else response.end('Welcome');
  };
  const before = connections;
  const visitors = new Visitors(url);
  visitors.start();
  await visitors.untilServed(1, 3, new AbortController().signal);
  while (held.length === 0) await new Promise((resolve) => server.once('request', resolve));
  const visits = visitors.stop();
  answer = (response) => response.setHeader('x-edition', 1).end('Welcome');
  for (const response of held) response.end('Welcome at last');
  expect(await visits).toEqual((await visits).map(() => ({ kind: 'served', edition: 1 })));
  expect((await visits).length).toBe(connections - before);
});

it('does not wait for an edition any longer than it is told to', async () => {
  const visitors = new Visitors(url);
  const signal = AbortSignal.abort(new Error('Interrupted by SIGINT.'));
  await expect(visitors.untilServed(1, 1, signal)).rejects.toThrow('Interrupted by SIGINT.');
});
