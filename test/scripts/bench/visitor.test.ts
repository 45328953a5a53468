import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { visit } from '../../../scripts/lib/bench/visitor.ts';

let server: Server;
let status = 200;
let visits = 0;
let changed: () => void = () => undefined;
beforeEach(async () => {
  [status, visits] = [200, 0];
  server = createServer((_request, response) => {
    visits += 1;
    response.writeHead(status).end('page');
    changed();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const visited = (times: number) =>
  new Promise<void>((resolve) => {
    const end = visits + times;
    changed = () => (visits >= end ? resolve() : undefined);
  });

describe('a visitor', () => {
  it('who is always served has not waited', async () => {
    const visitor = visit(address(), 1);
    await visited(5);
    await visitor.leave();
    expect(visitor.unservedMs).toBe(0);
  });

  it('counts from the first page that is no answer to the next answer', async () => {
    const visitor = visit(address(), 1);
    await visited(2);
    status = 503;
    await visited(2);
    await sleep(60);
    status = 200;
    await visited(2);
    await visitor.leave();
    expect(visitor.unservedMs).toBeGreaterThan(50);
    const after = visitor.unservedMs;
    await sleep(5);
    expect(visitor.unservedMs).toBe(after);
  });

  it('is not served where nobody answers', async () => {
    const nowhere = address();
    server.close();
    const visitor = visit(nowhere, 1);
    await visitor.leave();
    expect(visitor.unservedMs).toBeGreaterThan(0);
  });
});
