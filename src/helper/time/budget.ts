import { Refusal } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { formatDuration } from './format.ts';

/** Kept back from the deadline for putting the app back as it was. */
export const CLOSING_RESERVE_MS = 5 * 60_000;

/** A limit of one wait: how long, and the parameter that sets it. */
export interface Limit {
  readonly ms: number;
  readonly parameter: string;
}

/** The whole run's time, of which no single wait may use more than is left. */
export class Budget {
  readonly #clock: Clock;
  #end: number;

  /** @throws Refusal where the deadline leaves nothing beside the closing reserve. */
  constructor(clock: Clock, deadlineMs: number) {
    if (deadlineMs <= CLOSING_RESERVE_MS) {
      throw new Refusal({
        what: `deadline: ${formatDuration(deadlineMs)} is too short.`,
        why: `${formatDuration(CLOSING_RESERVE_MS)} of it are kept for putting the app back.`,
        next: 'Set `deadline` to ten minutes or more.',
        parameter: 'deadline',
      });
    }
    this.#clock = clock;
    this.#end = clock.now() + deadlineMs;
  }

  /**
   * The run began earlier, in another process: counts from then on, in milliseconds since the epoch.
   * @throws Refusal where nothing is left beside the closing reserve.
   */
  countFrom(began: number): void {
    const used = Math.max(0, this.#clock.now() - began);
    this.#end -= used;
    if (this.limit({ ms: 1, parameter: 'deadline' }).ms > 0) return;
    throw new Refusal({
      what: `deadline: it is over. This run began ${formatDuration(used)} ago.`,
      why: 'The first half of a deployment and the time after it count as well. Nothing was changed.',
      next: 'Run the job again, or raise `deadline`.',
      parameter: 'deadline',
    });
  }

  /** The given limit, or what the deadline leaves of it. */
  limit(limit: Limit): Limit {
    const left = Math.max(0, this.#end - CLOSING_RESERVE_MS - this.#clock.now());
    return limit.ms <= left ? limit : { ms: left, parameter: 'deadline' };
  }

  /** What is left for closing, the reserve included. */
  closing(): Limit {
    return { ms: Math.max(30_000, this.#end - this.#clock.now()), parameter: 'deadline' };
  }
}
