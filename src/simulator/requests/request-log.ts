import type { IncomingMessage } from 'node:http';
import type { Surface } from './surfaces.ts';
import { appInPath } from './surfaces.ts';

/**
 * One request as the log keeps it; never with its key or its body. A connection to a one-off dyno counts as one, of
 * the method `ATTACH`.
 */
export interface RequestEntry {
  readonly id: number;
  /** ISO 8601, with milliseconds. */
  readonly at: string;
  readonly surface: Surface;
  readonly method: string;
  /** Path and query; the signatures and tokens of addresses that are their own credential are left out. */
  readonly path: string;
  readonly app: string | null;
  /** E-mail of the account whose key came with the request. */
  readonly account: string | null;
  readonly userAgent: string | null;
  readonly range: string | null;
  /** The kind of the fault that was applied. */
  readonly fault: string | null;
  /** Null until there is one, and where none was sent. */
  readonly status: number | null;
  readonly outcome: 'open' | 'answered' | 'reset' | 'closed' | 'stalled' | 'client-gone';
  readonly durationMs: number | null;
}

export type OpenEntry = Mutable<RequestEntry>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** More than any rehearsal makes; older entries are dropped. */
const longest = 10_000;

/** Every request that reached the local Heroku, in the order of arrival. */
export class RequestLog {
  readonly #entries: Mutable<RequestEntry>[] = [];
  #last = 0;

  get entries(): readonly RequestEntry[] {
    return this.#entries;
  }

  begin(
    request: Pick<IncomingMessage, 'url' | 'method' | 'headers'>,
    surface: Surface,
    account: string | null,
  ): Mutable<RequestEntry> {
    const path = request.url ?? '/';
    const entry: Mutable<RequestEntry> = {
      id: ++this.#last,
      at: new Date().toISOString(),
      surface,
      method: request.method ?? 'GET',
      path: path.replace(/([?&](?:signature|token)=)[^&]*/g, '$1…'),
      app: appInPath(path),
      account,
      userAgent: request.headers['user-agent'] ?? null,
      range: request.headers.range ?? null,
      fault: null,
      status: null,
      outcome: 'open',
      durationMs: null,
    };
    this.#entries.push(entry);
    if (this.#entries.length > longest) this.#entries.shift();
    return entry;
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
