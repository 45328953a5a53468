/**
 * Ends a piece of network I/O: when nothing has happened for a while, or when somebody's signal says so.
 * Measured on the machine's own timers and not on the core's Clock, because sockets live in real time.
 */
export class Cutoff {
  readonly #controller = new AbortController();
  readonly #signals: readonly AbortSignal[];
  readonly #ms: number | undefined;
  readonly #graceMs: number;
  readonly #onAbort = (): void => this.#aborted();
  #timer: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  #timedOut = false;

  /** `ms`: without it there is no time limit. `graceMs`: how much longer the I/O may take after a signal. */
  constructor(options: { ms?: number; signals?: readonly (AbortSignal | undefined)[]; graceMs?: number }) {
    this.#ms = options.ms;
    this.#graceMs = options.graceMs ?? 0;
    this.#signals = (options.signals ?? []).filter((signal) => signal !== undefined);
    for (const signal of this.#signals) signal.addEventListener('abort', this.#onAbort, { once: true });
    if (this.#signals.some((signal) => signal.aborted)) this.#aborted();
    this.keepAlive();
  }

  /** For the I/O itself: aborted when it has to end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it ended because of the time limit, and not because of a signal. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** Starts the time limit anew: something has happened. */
  keepAlive(): void {
    clearTimeout(this.#timer);
    if (this.#ms === undefined || this.#controller.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.cut();
    }, this.#ms);
  }

  /** Ends the I/O now, and lets go of timers and signals. Harmless when it has ended already. */
  cut(): void {
    this.release();
    this.#controller.abort();
  }

  /** Lets go of timers and signals without ending anything. */
  release(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#grace);
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#onAbort);
  }

  #aborted(): void {
    if (this.#graceMs === 0) this.cut();
    else this.#grace ??= setTimeout(() => this.cut(), this.#graceMs);
  }
}
