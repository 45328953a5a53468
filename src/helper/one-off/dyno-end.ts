import { HerokuApiError } from '../heroku/heroku-api-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Dyno, Heroku } from '../ports/heroku.ts';
import type { Log } from '../ports/log.ts';
import { TimedOut, waitFor } from '../time/wait.ts';

/** States that a one-off dyno does not leave again; soon after, it is not listed any more. */
const ENDED = new Set(['complete', 'crashed']);
/** Heroku kills what has not ended half a minute after SIGTERM (Dev Center: Dyno Shutdown Behavior). */
const STOP_LIMIT_MS = 45_000;
const STOP_TRIES = 2;

/** Whether one dyno is still there, and how to be rid of it. */
export class DynoEnd {
  readonly #heroku: Heroku;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #app: string;
  readonly #dyno: Dyno;
  #warned = false;

  constructor(ports: { heroku: Heroku; clock: Clock; log: Log }, app: string, dyno: Dyno) {
    this.#heroku = ports.heroku;
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#app = app;
    this.#dyno = dyno;
  }

  /** False, too, where Heroku does not say: that is warned of once. */
  async isGone(): Promise<boolean> {
    try {
      const now = await this.#heroku.dyno(this.#app, this.#dyno.name);
      return now === undefined || now.id !== this.#dyno.id || ENDED.has(now.state);
    } catch (error) {
      this.#warn('Whether it has ended cannot be read', error);
      return false;
    }
  }

  /**
   * Waits until it is gone or `sooner` holds.
   * @returns false when neither came within `limitMs`.
   * @throws the signal's reason.
   */
  async gone(limitMs: number, sooner: () => boolean, signal?: AbortSignal): Promise<boolean> {
    try {
      await waitFor(async () => (sooner() || (await this.isGone()) ? true : undefined), {
        clock: this.#clock,
        limit: { ms: limitMs, parameter: 'limit' },
        what: `the end of ${this.#dyno.name}`,
        slowdown: () => this.#heroku.slowdown ?? 1,
        ...(signal === undefined ? {} : { signal }),
      });
      return true;
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      return false;
    }
  }

  /** Stops it and waits until it is gone; false where it is not. */
  async stop(): Promise<boolean> {
    this.#log.info(`Stopping ${this.#dyno.name}.`);
    for (let tries = 0; tries < STOP_TRIES; tries++) {
      try {
        await this.#heroku.stopDyno(this.#app, this.#dyno.name);
      } catch (error) {
        this.#warn('It could not be stopped', error);
      }
      if (await this.gone(STOP_LIMIT_MS, () => false)) return true;
    }
    return false;
  }

  #warn(what: string, error: unknown): void {
    if (!(error instanceof HerokuApiError)) throw error;
    if (!this.#warned) this.#log.warn(`${this.#dyno.name}: ${what}. ${error.what}`);
    this.#warned = true;
  }
}
