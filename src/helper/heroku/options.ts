import type { Secret } from '../output/secret.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

export interface HerokuOptions {
  /** Origin of the Platform API, such as `https://api.heroku.com`. Plain http goes to this machine only. */
  readonly baseUrl: string;
  /** Origin of the data API, such as `https://api.data.heroku.com`. Default: `baseUrl`. */
  readonly dataUrl?: string;
  readonly apiKey: Secret;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends waits and reads. A request that changes something is given a few seconds to be answered. */
  readonly signal?: AbortSignal;
  /** Milliseconds for one request, its whole answer included. Default: 60 s. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds that the waits between one call's tries may take together. Default: 2 min. */
  readonly retryBudgetMs?: number;
  /** Milliseconds without a byte after which an output stream is connected anew. Default: 2 min. */
  readonly streamIdleMs?: number;
  /** A number from 0 up to 1, for the jitter of waits. Default: `Math.random`. */
  readonly random?: () => number;
}
