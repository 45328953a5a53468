import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  type Server,
} from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Route, RouterOptions } from '../../../src/simulator/parts.ts';
import { createRouter } from '../../../src/simulator/router/index.ts';

type Entry = Parameters<NonNullable<RouterOptions['onRequest']>>[0];

const servers: (Server | TcpServer)[] = [];
/** What the router is told of each app; empty at the start of each test. */
export const routes: Record<string, Route> = {};
/** What the router has reported. */
export const entries: Entry[] = [];
let reported = () => {};
beforeEach(() => {
  for (const app of Object.keys(routes)) delete routes[app];
  entries.length = 0;
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

export async function listen<S extends Server | TcpServer>(server: S): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export const dyno = (listener: RequestListener) => listen(createServer(listener));
export const saying = (what: string) => dyno((_request, response) => response.end(what));
export const up = (...webPorts: number[]): Route => ({ maintenance: false, webPorts });

/** A port that nobody listens on: it was free a moment ago, and is given back. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  servers.splice(servers.indexOf(server), 1);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startRouter(limits?: { firstByteMs: number }): Promise<number> {
  const router = createRouter(
    {
      route: (app) => routes[app],
      onRequest: (entry) => {
        entries.push(entry);
        reported();
      },
    },
    limits,
  );
  return listen(createServer((request, response) => router.handle(request, response)));
}

export function open(port: number, options: RequestOptions = {}): ClientRequest {
  return httpRequest({ host: '127.0.0.1', port, path: '/_app/my-app/', ...options });
}

export async function ask(port: number, options: RequestOptions = {}, body?: Buffer | string) {
  const request = open(port, options);
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

export async function untilReported(): Promise<void> {
  while (entries.length === 0) await new Promise<void>((resolve) => (reported = resolve));
}
