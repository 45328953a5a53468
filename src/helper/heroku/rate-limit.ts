import type { Log } from '../ports/log.ts';

/**
 * The account's bucket holds 4500 requests and refills by about 75 a minute (Dev Center: Platform API
 * Reference, rate limits). All jobs of the account share it, so polling slows down well before it is empty.
 */
const LEVELS = [
  { below: 100, slowdown: 8 },
  { below: 500, slowdown: 3 },
];

/** Watches `RateLimit-Remaining` and says how much slower to poll. */
export class RateLimit {
  readonly #log: Log;
  #slowdown = 1;
  #reported = 1;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Factor for the pause between polls: 1 while there is plenty left. */
  get slowdown(): number {
    return this.#slowdown;
  }

  /** Takes in the header of one answer; anything but a count is ignored. */
  note(remaining: string | undefined): void {
    if (remaining === undefined || !/^\d{1,9}$/.test(remaining.trim())) return;
    const left = Number(remaining);
    this.#slowdown = LEVELS.find((level) => left < level.below)?.slowdown ?? 1;
    if (this.#slowdown <= this.#reported) return;
    this.#reported = this.#slowdown;
    this.#log.info(
      `Heroku's API has ${left} requests left for this account in the current hour; asking ${this.#slowdown} times less often.`,
    );
  }
}
