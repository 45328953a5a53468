import { Failure, HerokuCdError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { formatDuration } from '../time/format.ts';
import type { Limit } from '../time/budget.ts';
import { TimedOut } from '../time/wait.ts';
import { Latch } from './waits.ts';
import type { Stop } from './one-off.ts';

/** The moment from which on the dyno has to go, whoever says so: the limit, a signal, or the caller. */
export class Halt {
  readonly #controller = new AbortController();
  readonly #event = new Latch();
  readonly #timer = new AbortController();
  readonly #limit: Limit;
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort = (): void => this.now('signal');
  #by: Stop['by'] | undefined;

  constructor(clock: Clock, limit: Limit, signal: AbortSignal | undefined) {
    this.#limit = limit;
    this.#outer = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted === true) this.now('signal');
    clock.sleep(limit.ms, this.#timer.signal).then(
      () => this.now('limit'),
      // Let go of before the limit was reached.
      () => undefined,
    );
  }

  /** Aborted at that moment. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolved at that moment. */
  get happened(): Promise<void> {
    return this.#event.opened;
  }

  get by(): Stop['by'] | undefined {
    return this.#by;
  }

  /** Only the first reason counts. */
  now(by: Stop['by']): void {
    this.#by ??= by;
    this.#controller.abort();
    this.#event.open();
  }

  /** Lets go of the limit and the signal. */
  release(): void {
    this.#timer.abort();
    this.#outer?.removeEventListener('abort', this.#onAbort);
  }

  /** Why the dyno was stopped; undefined where it was not. `end`: a sentence about how it ended. */
  stop(end: string): Stop | undefined {
    switch (this.#by) {
      case undefined:
        return undefined;
      case 'limit':
        return { by: 'limit', error: this.#timedOut(end) };
      case 'signal':
        return { by: 'signal', reason: this.#outer?.reason };
      case 'caller':
        return { by: 'caller' };
    }
  }

  /** The error of a command that was prevented. */
  error(): HerokuCdError {
    const nothing = 'The command had not been started.';
    if (this.#by === 'limit') return this.#timedOut(nothing);
    const reason: unknown = this.#by === 'signal' ? this.#outer?.reason : undefined;
    if (reason instanceof HerokuCdError) return reason;
    return new Failure({
      what: 'The one-off dyno was stopped before its command began.',
      why: nothing,
      ...(reason === undefined ? {} : { cause: reason }),
    });
  }

  #timedOut(end: string): TimedOut {
    const { ms, parameter } = this.#limit;
    return new TimedOut({
      what: `Waited ${formatDuration(ms)} for the command to end, in vain; then the dyno was stopped.`,
      why: `\`${parameter}\` is the limit of this wait. ${end}`,
      next: `If it needs longer, raise \`${parameter}\`.`,
      parameter,
    });
  }
}
