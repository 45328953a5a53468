import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { resetConnection } from '../servers/connection.ts';
import { captureAnswer, type Answer } from './capture.ts';
import type { FaultEffect } from './fault.ts';

/** What became of the request, where it is not simply answered. */
export type FaultOutcome = 'reset' | 'closed' | 'stalled' | undefined;

/** One request on its way to whatever serves it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether a connection is broken after the first byte of an answer instead of before it. */
  readonly answersFirst: boolean;
  /** Lets the request have its effect. */
  serve(): void;
  /** Told as soon as it is known. */
  onOutcome(outcome: FaultOutcome): void;
}

/** Serves a request with a fault. */
export async function applyFault(effect: FaultEffect, exchange: Exchange): Promise<void> {
  if (effect.kind === 'cut') return cutAfter(effect.bytes, exchange);
  if (effect.kind === 'reset' && effect.when === 'after-pack') {
    exchange.request.once('end', () => breakOff('reset', exchange));
    return exchange.serve();
  }
  const after =
    effect.kind === 'garbage' ||
    effect.kind === 'truncate' ||
    ('when' in effect && effect.when === 'after-effect');
  let answer: Answer | undefined;
  if (after) {
    const captured = captureAnswer(exchange.response);
    exchange.serve();
    answer = await captured;
  }
  await strike(effect, exchange, answer);
}

async function strike(effect: FaultEffect, exchange: Exchange, answer: Answer | undefined): Promise<void> {
  switch (effect.kind) {
    case 'reset':
    case 'close':
    case 'stall':
      return breakOff(
        ({ reset: 'reset', close: 'closed', stall: 'stalled' } as const)[effect.kind],
        exchange,
      );
    case 'delay':
      await sleep(effect.ms, undefined, { ref: false });
      return answer ? send(exchange, answer) : exchange.serve();
    case 'status':
      return send(exchange, statusAnswer(effect));
    case 'permission-lost':
      return send(exchange, jsonAnswer(403, 'forbidden', 'You do not have access to this app any more.'));
    case 'garbage':
      return send(exchange, replaceBody(answer, Buffer.from('<<< {"this is": not JSON')));
    case 'truncate':
      return send(exchange, replaceBody(answer, answer?.body.subarray(0, answer.body.length >> 1)));
    case 'cut':
      return cutAfter(effect.bytes, exchange);
  }
}

function breakOff(outcome: 'reset' | 'closed' | 'stalled', exchange: Exchange): void {
  exchange.onOutcome(outcome);
  if (outcome === 'stalled') return;
  const { request, response } = exchange;
  const end = () => (outcome === 'reset' ? resetConnection(request) : request.socket.end());
  // git's HTTP library repeats a request by itself when a connection that it uses again breaks before the first
  // byte of an answer: without that byte the fault would pass unnoticed.
  if (exchange.answersFirst && !response.headersSent) {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
    response.write('0', end);
  } else end();
  // Whatever still serves the request speaks to nobody from here on.
  void captureAnswer(response);
}

function send({ response }: Exchange, answer: Answer): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

function statusAnswer(effect: Extract<FaultEffect, { kind: 'status' }>): Answer {
  const message = effect.message ?? 'A fault was set at the control port of the local Heroku.';
  const answer =
    effect.body === 'html'
      ? htmlAnswer(effect.status, message)
      : jsonAnswer(effect.status, effect.id ?? idOf(effect.status), message);
  const retryAfter = effect.retryAfter === undefined ? {} : { 'Retry-After': String(effect.retryAfter) };
  return { ...answer, headers: { ...answer.headers, ...retryAfter } };
}

function jsonAnswer(status: number, id: string, message: string): Answer {
  return withBody(
    status,
    { 'Content-Type': 'application/json' },
    Buffer.from(JSON.stringify({ id, message })),
  );
}

function htmlAnswer(status: number, message: string): Answer {
  const page = `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${message}</h1></body></html>`;
  return withBody(status, { 'Content-Type': 'text/html; charset=utf-8' }, Buffer.from(page));
}

function replaceBody(answer: Answer | undefined, body: Buffer = Buffer.alloc(0)): Answer {
  const { etag: _etag, ...headers } = answer?.headers ?? {};
  return withBody(answer?.status ?? 200, headers, body);
}

function withBody(status: number, headers: OutgoingHttpHeaders, body: Buffer): Answer {
  const { 'transfer-encoding': _encoding, ...rest } = headers;
  return { status, headers: { ...rest, 'content-length': body.length }, body };
}

function idOf(status: number): string {
  const ids: Readonly<Record<number, string>> = {
    400: 'bad_request',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    409: 'conflict',
    422: 'invalid_params',
    429: 'rate_limit',
    503: 'service_unavailable',
  };
  return ids[status] ?? 'internal_server_error';
}

/** Lets so many bytes of the body through and breaks the connection there. */
function cutAfter(bytes: number, exchange: Exchange): void {
  const { response } = exchange;
  const [write, end] = [response.write.bind(response), response.end.bind(response)];
  let left = bytes;
  const pass = (chunk: unknown): void => {
    const content = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    const part = content.subarray(0, left);
    left -= part.length;
    if (left > 0) write(part);
    // Only once the bytes are on their way: a reset would overtake them otherwise.
    else write(part, () => breakOff('reset', exchange));
  };
  response.write = ((chunk: unknown) => {
    if (left > 0) pass(chunk);
    return true;
  }) as ServerResponse['write'];
  response.end = ((chunk?: unknown) => {
    if (left > 0 && chunk !== undefined && typeof chunk !== 'function') pass(chunk);
    if (left > 0) end();
    return response;
  }) as ServerResponse['end'];
  exchange.serve();
}
