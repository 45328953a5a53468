import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import type { Response } from 'node-fetch';
import type { RequestCounts } from '../ports/heroku.ts';
import type { Cutoff } from './cutoff.ts';
import { exchangeText } from './http-exchange.ts';
import { NetworkFault, networkFaultOf } from './network-fault.ts';

/** One HTTP request as it goes out. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  /**
   * A connection of its own. On a kept one, a reset may only mean that the server had closed it meanwhile,
   * which nobody can tell from a lost answer: too little to know about a request that creates something.
   */
  readonly ownConnection?: boolean;
}

/** One answer, read to its end. */
export interface WireAnswer {
  readonly status: number;
  readonly text: string;
  header(name: string): string | undefined;
}

/** An answer whose body is still on its way. */
export interface OpenAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** The body as it came, not decompressed where `compress` was off. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Far more than Heroku's longest list, and little enough to hold. */
const LARGEST_ANSWER = 32 * 1024 * 1024;

/**
 * Sends requests over kept connections and counts them. Follows no redirect, so nothing that a server says can send
 * a request, with its credentials, to another place.
 *
 * What is a stream goes by node-fetch, in either direction: the output of builds, logs, uploads, pages and health
 * checks. What is a short text in both goes by Node.js's own client, as all calls of the Platform API do: to load
 * node-fetch takes a third of the time in which a small command is done.
 */
export class Wire {
  readonly #byMethod = new Map<string, number>();
  readonly #agents = new Map<string, Agent>();

  /** Every request that went out, repeated ones included. */
  get requests(): RequestCounts {
    const byMethod = Object.fromEntries(this.#byMethod);
    return { total: Object.values(byMethod).reduce((sum, count) => sum + count, 0), byMethod };
  }

  /**
   * Sends a request and reads its answer, decompressed, to the end.
   * @throws NetworkFault when there is no complete answer before the cutoff.
   */
  async exchange(request: WireRequest, cutoff: Cutoff): Promise<WireAnswer> {
    try {
      const { body } = request;
      if (typeof body === 'object') {
        const response = await this.#fetch(request, cutoff, true);
        const text = await this.#guard(cutoff, () => response.text());
        return { status: response.status, text, header: headerOf(response) };
      }
      this.#count(request, cutoff);
      const options = { agent: this.#agent(request), signal: cutoff.signal, largest: LARGEST_ANSWER };
      const { method, url, headers } = request;
      const sent = { method, url, headers, ...(body === undefined ? {} : { body }) };
      const answer = await this.#guard(cutoff, () => exchangeText(sent, options));
      return { ...answer, header: (name) => answer.headers[name.toLowerCase()]?.toString() };
    } finally {
      cutoff.release();
    }
  }

  /**
   * Sends a request and hands out its answer as soon as it begins. The caller ends it with the cutoff.
   * @throws NetworkFault when no answer begins before the cutoff; so does reading the body when it breaks.
   */
  async open(request: WireRequest, cutoff: Cutoff): Promise<OpenAnswer> {
    const response = await this.#fetch(request, cutoff, false);
    const body = this.#bodyOf(response, cutoff);
    return { status: response.status, header: headerOf(response), body };
  }

  /** Closes the kept connections. Requests after it make new ones. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  async #fetch(request: WireRequest, cutoff: Cutoff, compress: boolean): Promise<Response> {
    const { default: fetch } = await import('node-fetch');
    this.#count(request, cutoff);
    const response = await this.#guard(cutoff, () =>
      fetch(request.url.href, {
        method: request.method,
        headers: { ...request.headers },
        redirect: 'manual',
        compress,
        size: LARGEST_ANSWER,
        signal: cutoff.signal,
        agent: this.#agent(request),
        ...(request.body === undefined ? {} : { body: request.body }),
      }),
    );
    // node-fetch emits an abort on the body, and an error event without a listener ends the process.
    response.body?.on('error', () => undefined);
    return response;
  }

  async *#bodyOf(response: Response, cutoff: Cutoff): AsyncGenerator<Uint8Array> {
    const chunks = response.body?.[Symbol.asyncIterator]();
    if (chunks === undefined) return;
    for (;;) {
      const next = await this.#guard(cutoff, () => chunks.next());
      if (next.done === true) return;
      yield next.value as Buffer;
    }
  }

  /** Turns what the HTTP client throws into a fault that carries nothing of the request. */
  async #guard<T>(cutoff: Cutoff, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (cutoff.timedOut) throw new NetworkFault('timed-out');
      if (cutoff.signal.aborted) throw new NetworkFault('aborted');
      throw networkFaultOf(error);
    }
  }

  /** @throws NetworkFault where it is too late to send anything. */
  #count({ method }: WireRequest, cutoff: Cutoff): void {
    if (cutoff.signal.aborted) throw new NetworkFault(cutoff.timedOut ? 'timed-out' : 'aborted');
    this.#byMethod.set(method, (this.#byMethod.get(method) ?? 0) + 1);
  }

  #agent({ url: { protocol }, ownConnection = false }: WireRequest): Agent {
    const kind = `${protocol}${ownConnection ? 'own' : 'kept'}`;
    let agent = this.#agents.get(kind);
    if (agent === undefined) {
      // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED has no say in it.
      const options = { keepAlive: !ownConnection, rejectUnauthorized: true };
      agent = new (protocol === 'https:' ? HttpsAgent : Agent)(options);
      this.#agents.set(kind, agent);
    }
    return agent;
  }
}

function headerOf(response: Response): (name: string) => string | undefined {
  return (name) => response.headers.get(name) ?? undefined;
}
