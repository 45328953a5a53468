import { Failure } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Limit } from './budget.ts';
import { formatDuration } from './format.ts';

export interface WaitOptions {
  readonly clock: Clock;
  readonly limit: Limit;
  /** Completes the sentence "Waited 20 min for …". */
  readonly what: string;
  readonly signal?: AbortSignal;
  /** Factor on the interval: more than 1 where the API's rate limit is nearly used up. */
  readonly slowdown?: () => number;
}

const FIRST_INTERVAL_MS = 250;
const LONGEST_INTERVAL_MS = 5_000;

/** The wait ended without what was waited for. */
export class TimedOut extends Failure {}

/**
 * Asks `probe` again and again, quickly at first and every five seconds later, until it gives a value.
 * @throws TimedOut that names the parameter of the limit; whatever `probe` throws; the signal's reason.
 */
export async function waitFor<T>(probe: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const { clock, limit, signal } = options;
  const end = clock.now() + limit.ms;
  for (let interval = FIRST_INTERVAL_MS; ; interval = Math.min(interval * 1.5, LONGEST_INTERVAL_MS)) {
    signal?.throwIfAborted();
    const value = await probe();
    if (value !== undefined) return value;
    const left = end - clock.now();
    if (left <= 0) {
      throw new TimedOut({
        what: `Waited ${formatDuration(limit.ms)} for ${options.what}, in vain.`,
        why: `\`${limit.parameter}\` is the limit of this wait.`,
        next: `If it needs longer, raise \`${limit.parameter}\`.`,
        parameter: limit.parameter,
      });
    }
    await clock.sleep(Math.min(interval * (options.slowdown?.() ?? 1), left), signal);
  }
}
