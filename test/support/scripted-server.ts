import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request as the server saw it, with as much of its body as arrived. */
export interface Seen {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers one request, in whatever good or bad way. */
export type Reply = (response: ServerResponse, seen: Seen) => void | Promise<void>;

/**
 * A real HTTP server on loopback that answers as a script says. Each `METHOD /path` has a queue of replies;
 * its last one is used again and again. A request that nobody scripted gets 599.
 */
export class ScriptedServer {
  readonly requests: Seen[] = [];
  readonly #scripts = new Map<string, Reply[]>();
  readonly #server: ReturnType<typeof createServer>;
  readonly #scheme: string;
  #fallback: Reply = text(599, 'not scripted');

  constructor(tls?: { key: string; cert: string }) {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      const [method, path, headers] = [request.method ?? '', request.url ?? '', request.headers];
      const reply = this.#replyFor(method, path);
      const respond = (): void => {
        const seen = { method, path, headers, body: Buffer.concat(chunks) };
        this.requests.push(seen);
        void reply(response, seen);
      };
      if (early.has(reply)) return respond();
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', respond);
    };
    this.#server = tls ? createTlsServer(tls, listener) : createServer(listener);
    this.#scheme = tls ? 'https' : 'http';
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Sets the replies for `METHOD /path`, query left out. */
  on(route: string, ...replies: Reply[]): this {
    this.#scripts.set(route, replies);
    return this;
  }

  /** Answers every request that has no script of its own. */
  otherwise(reply: Reply): this {
    this.#fallback = reply;
    return this;
  }

  /** `METHOD /path` of every request so far. */
  get routes(): string[] {
    return this.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
  }

  to(route: string): Seen[] {
    return this.requests.filter((_, index) => this.routes[index] === route);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #replyFor(method: string, path: string): Reply {
    const replies = this.#scripts.get(`${method} ${path.split('?')[0]}`);
    if (replies === undefined) return this.#fallback;
    return (replies.length > 1 ? replies.shift() : replies[0]) ?? this.#fallback;
  }
}

/** Replies that must not wait for the request's body. */
const early = new WeakSet<Reply>();

/** Marks a reply as one that comes before the request's body was read. */
export function beforeBody(reply: Reply): Reply {
  const marked: Reply = (response, seen) => reply(response, seen);
  early.add(marked);
  return marked;
}

type Headers = Record<string, string>;

export function json(status: number, body: unknown, headers: Headers = {}): Reply {
  return text(status, JSON.stringify(body), { 'Content-Type': 'application/json', ...headers });
}

export function text(status: number, body: string, headers: Headers = {}): Reply {
  return (response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Closes the connection without an answer, as a crashed server or a proxy does. */
export const reset: Reply = (response) => {
  response.socket?.resetAndDestroy();
};

/** Begins an answer of known length and resets in the middle of it. */
export function resetWithin(status: number, body: string): Reply {
  return (response) => {
    response.writeHead(status, { 'Content-Length': String(Buffer.byteLength(body)) });
    response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.socket?.resetAndDestroy());
  };
}

/** A chunked answer that ends without its last chunk, though the connection is closed in good order. */
export function unfinished(status: number, body: string): Reply {
  return (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.write(body, () => response.socket?.end());
  };
}

/** Takes the request and never answers. */
export const stall: Reply = () => undefined;

/** Sends the head and the beginning of a body, and then nothing. */
export function stallWithin(status: number, body: string): Reply {
  return (response) => {
    response.writeHead(status, { 'Content-Length': String(Buffer.byteLength(body) + 100) });
    response.write(body);
  };
}

/** Bytes that are no HTTP. */
export const garbage: Reply = (response) => {
  response.socket?.end('\u0001\u0002 this is not HTTP\r\n\r\n');
};

/** Carries out an effect, then replies. */
export function after(effect: () => void, reply: Reply): Reply {
  return (response, seen) => {
    effect();
    return reply(response, seen);
  };
}

export const PAGE =
  '<!DOCTYPE html><html><head><title>Application error</title></head><body>Sorry</body></html>';
