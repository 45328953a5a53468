import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { HerokuApiError } from './heroku-api-error.ts';

/** Whether a call may be sent again after a fault. */
export type Repeat =
  /** A read, or a change that comes to the same however often it is made. */
  | 'always'
  /** It creates something each time: only after an answer that proves that nothing was created. */
  | 'if-nothing-happened'
  /** Whoever calls asks again anyway. */
  | 'never';

/** One try of a call that failed. Stays in this folder: callers get the {@link HerokuApiError} in it. */
export class FailedTry extends Error {
  readonly error: HerokuApiError;
  /** Begins the log line: "Heroku answered 503". */
  readonly brief: string;
  /**
   * `harmless`: the request was not carried out, so any call may be repeated; `unclear`: it may have been;
   * `final`: a repeat would only fail again.
   */
  readonly repeat: 'harmless' | 'unclear' | 'final';
  /** Milliseconds that the server asked to wait. */
  readonly afterMs: number | undefined;

  constructor(
    error: HerokuApiError,
    details: { brief: string; repeat: 'harmless' | 'unclear' | 'final'; afterMs?: number | undefined },
  ) {
    super(error.message);
    this.error = error;
    this.brief = details.brief;
    this.repeat = details.repeat;
    this.afterMs = details.afterMs;
  }
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds that all waits of one call may take together. */
  readonly budgetMs: number;
  /** A number from 0 up to 1, for the jitter. */
  random(): number;
}

const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 30_000;

/**
 * Makes tries until one succeeds, a fault forbids another one, or the budget is used up. Waits as long as
 * `Retry-After` says, else exponentially longer with jitter, so that parallel jobs do not come back together.
 * @throws HerokuApiError of the last try; the signal's reason when it is aborted during a wait.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  repeat: Repeat,
  options: RetryOptions,
): Promise<T> {
  const { clock, log, signal } = options;
  const delays = delaysWithin(options.budgetMs);
  const end = clock.now() + options.budgetMs;
  let failed: unknown;
  try {
    return await attempt();
  } catch (error) {
    failed = error;
  }
  // Most calls succeed at once, and need nothing of what counts tries.
  const { default: pRetry } = await import('p-retry');
  const again = async (number: number): Promise<T> => {
    if (number === 1) throw failed;
    return attempt();
  };
  try {
    return await pRetry(again, {
      retries: delays.length,
      // p-retry counts, the injected clock waits. The signal is not given to it: it would drop the answer
      // of a call that succeeded while the signal was aborted.
      minTimeout: 0,
      onFailedAttempt: async ({ error, attemptNumber }) => {
        if (!(error instanceof FailedTry) || !mayRepeat(error, repeat)) throw error;
        const planned = delays[attemptNumber - 1];
        const wait = error.afterMs ?? (planned ?? 0) * (0.5 + options.random() / 2);
        if (planned === undefined || clock.now() + wait > end) throw error;
        log.info(
          `${error.brief}, trying again in ${Math.ceil(wait / 1000)} s (${attemptNumber} of ${delays.length})`,
        );
        await clock.sleep(wait, signal);
      },
    });
  } catch (error) {
    throw error instanceof FailedTry ? error.error : error;
  }
}

function mayRepeat(failed: FailedTry, repeat: Repeat): boolean {
  if (repeat === 'never') return false;
  return failed.repeat === 'harmless' || (failed.repeat === 'unclear' && repeat === 'always');
}

/** The longest waits before each further try, as many as fit into the budget. */
function delaysWithin(budgetMs: number): number[] {
  const delays: number[] = [];
  let total = 0;
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
    total += delay;
    if (total > budgetMs) return delays;
    delays.push(delay);
  }
}

/**
 * Milliseconds that a `Retry-After` header asks for: a number of seconds, or a date, which is measured
 * against the server's own clock where its `Date` is known (RFC 9110, section 10.2.3).
 */
export function retryAfterMs(
  value: string | undefined,
  serverDate: string | undefined,
  now: number,
): number | undefined {
  const text = value?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse takes much for a date, a negative number too; HTTP's begin with the day's name.
  const at = /^[a-z]{3}/i.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) return undefined;
  const from = Date.parse(serverDate ?? '');
  return Math.max(0, at - (Number.isNaN(from) ? now : from));
}
