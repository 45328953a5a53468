import type { IncomingMessage, ServerResponse } from 'node:http';
import { createProxyServer } from 'httpxy';
import type { Route, Router, RouterEntry, RouterOptions } from '../parts.ts';
import { connectToAny, SingleConnection } from './dyno-connection.ts';
import { forwardedHeaders, withVia } from './forwarded-headers.ts';
import {
  droppedPage,
  maintenancePage,
  noWebPage,
  refusedPage,
  renderPage,
  timeoutPage,
  unknownAppPage,
  type RouterPage,
} from './pages.ts';
import { targetOf, type RequestTarget } from './target.ts';

/** A request on its way, with what the log tells about it. */
type Passenger = RequestTarget & { readonly method: string; readonly host: string };

/** A dyno has 30 seconds for the first byte of its answer (Dev Center: Heroku Error Codes, H12). */
const FIRST_BYTE_MS = 30_000;
/** Status that Heroku's router logs when the client went away (H27). */
const CLIENT_CLOSED_REQUEST = 499;
const interrupted = { outcome: 'interrupted', code: 'H27', desc: 'Client Request Interrupted' };

/**
 * Hands requests to the web dynos of an app, in turn, over the way Heroku's router does: with its headers, its
 * error pages and its maintenance page. A dyno that refuses the connection is skipped for the next one.
 */
export function createRouter(options: RouterOptions, limits: { firstByteMs?: number } = {}): Router {
  return new LocalRouter(options, limits.firstByteMs ?? FIRST_BYTE_MS);
}

class LocalRouter implements Router {
  /** The library's own limit is off: it does not tell a slow dyno from a dead one. */
  private readonly proxy = createProxyServer({ proxyTimeout: 0 });
  private readonly turns = new Map<string, number>();
  private readonly deadlines = new WeakMap<object, NodeJS.Timeout>();

  constructor(
    private readonly options: RouterOptions,
    private readonly firstByteMs: number,
  ) {
    this.proxy.on('proxyRes', (answer, _request, response) => {
      clearTimeout(this.deadlines.get(response));
      answer.headers.via = withVia(answer.headers.via);
      // It speaks of the connection to the dyno, not of the client's.
      delete answer.headers.connection;
      delete answer.headers['keep-alive'];
    });
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { url = '/', method = 'GET', headers } = request;
    const target = { ...targetOf(url, headers.host), method, host: headers.host ?? '' };
    const route = this.options.route(target.app);
    const page = pageFor(route);
    if (page !== undefined) return this.sendPage(request, response, target, page);
    void this.forward(request, response, target, this.inTurn(target.app, route?.webPorts ?? []));
  }

  private async forward(
    request: IncomingMessage,
    response: ServerResponse,
    target: Passenger,
    ports: readonly number[],
  ): Promise<void> {
    const socket = await connectToAny(ports);
    if (socket === undefined) return this.sendPage(request, response, target, refusedPage);
    if (response.destroyed) {
      socket.destroy();
      return this.report(target, interrupted, CLIENT_CLOSED_REQUEST);
    }
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      socket.destroy();
    }, this.firstByteMs);
    this.deadlines.set(response, deadline);
    request.url = target.path;
    const headers = forwardedHeaders(request);
    try {
      await this.proxy.web(request, response, {
        target: `http://127.0.0.1:${socket.remotePort}`,
        agent: new SingleConnection(socket),
        headers,
      });
    } catch {
      // The dyno or the client broke off: which of them, the response tells below.
    } finally {
      clearTimeout(deadline);
      socket.destroy();
    }
    if (!response.headersSent && !response.destroyed) {
      return this.sendPage(request, response, target, late ? timeoutPage : droppedPage);
    }
    const complete = response.writableFinished;
    const status = response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST;
    this.report(target, complete ? { outcome: 'ok' } : interrupted, status);
  }

  /** The app's ports, starting with another one each time. */
  private inTurn(app: string, ports: readonly number[]): readonly number[] {
    const turn = this.turns.get(app) ?? 0;
    this.turns.set(app, turn + 1);
    const first = turn % Math.max(ports.length, 1);
    return [...ports.slice(first), ...ports.slice(0, first)];
  }

  private sendPage(
    request: IncomingMessage,
    response: ServerResponse,
    target: Passenger,
    page: RouterPage,
  ): void {
    const route = this.options.route(target.app);
    const body = renderPage(page, page.code === 'H80' ? route?.maintenancePage : route?.errorPage);
    response.writeHead(page.status, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-cache, no-store',
      via: withVia(undefined),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    this.report(target, page, page.status);
  }

  private report(
    { app, path, method, host }: Passenger,
    { outcome, code, desc }: Pick<RouterEntry, 'outcome' | 'code' | 'desc'>,
    status: number,
  ): void {
    this.options.onRequest?.({ app, outcome, code, desc, status, method, host, path });
  }
}

/** The router's own answer, where no dyno is to be asked. */
function pageFor(route: Route | undefined): RouterPage | undefined {
  if (route === undefined) return unknownAppPage;
  if (route.maintenance) return maintenancePage;
  return route.webPorts.length === 0 ? noWebPage : undefined;
}
