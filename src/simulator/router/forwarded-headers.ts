import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** The name the router goes by in `Via`. */
const VIA = '1.1 heroku-router';
const REQUEST_ID = /^[\w-]{20,200}$/;

/**
 * The headers that Heroku's router adds for the app (Dev Center: HTTP Routing, "Heroku headers"). The client's
 * own X-Forwarded-For is kept and added to; a usable X-Request-ID is kept.
 */
export function forwardedHeaders(request: IncomingMessage): Record<string, string> {
  const { headers, socket } = request;
  const secure = (socket as Partial<TLSSocket>).encrypted === true;
  const client = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const requestId = String(headers['x-request-id'] ?? '');
  return {
    'x-forwarded-for': join(headers['x-forwarded-for'], client),
    'x-forwarded-proto': secure ? 'https' : 'http',
    'x-forwarded-port': /:(\d+)$/.exec(headers.host ?? '')?.[1] ?? (secure ? '443' : '80'),
    'x-request-start': String(Date.now()),
    'x-request-id': REQUEST_ID.test(requestId) ? requestId : randomUUID(),
    via: withVia(headers.via),
    // Every request has a connection of its own: a dyno that shuts down waits for no idle one.
    connection: 'close',
  };
}

/** Adds the router to the `Via` that is there. */
export function withVia(via: string | undefined): string {
  return join(via, VIA);
}

function join(before: string | string[] | undefined, added: string): string {
  return [before ?? []].flat().concat(added).join(', ');
}
