import { HerokuCdError, type ErrorParts } from '../errors.ts';
import type { Verdict } from '../exit-codes.ts';

/**
 * What a failed call may have changed: `none` where Heroku cannot have done it, `unknown` where a changing
 * call was sent and its answer was lost or unreadable.
 */
export type Effect = 'none' | 'unknown';

/** The request that failed. `path` is without host and query. */
export interface FailedRequest {
  readonly method: string;
  readonly path: string;
  /** The id in Heroku's answer, else the one that we sent along. */
  readonly requestId: string;
}

/**
 * A call that Heroku refused, or whose answer could not be had or understood. Holds no secret, and no
 * cause: what the HTTP client throws may carry the request with its headers.
 */
export class HerokuApiError extends HerokuCdError {
  /** The answer's HTTP status; undefined where there was none. */
  readonly status: number | undefined;
  /** Heroku's error id, such as `not_found` (Dev Center: Platform API Reference, error responses). */
  readonly id: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly requestId: string;
  readonly effect: Effect;

  constructor(
    verdict: Verdict,
    parts: Omit<ErrorParts, 'cause'>,
    details: FailedRequest & { status?: number; id?: string | undefined; effect: Effect },
  ) {
    super(verdict, parts);
    this.name = 'HerokuApiError';
    this.status = details.status;
    this.id = details.id;
    this.method = details.method;
    this.path = details.path;
    this.requestId = details.requestId;
    this.effect = details.effect;
  }
}
