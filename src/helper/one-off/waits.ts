import type { Clock } from '../ports/clock.ts';

/** Opens once and stays open; anybody may wait for it, before and after. */
export class Latch {
  readonly opened: Promise<void>;
  #open: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open();
  }
}

/**
 * The first of some waits to be over. Those that are given a signal are told to stop waiting then, and
 * their rejection for that reason is nobody's concern.
 */
export async function firstOf<T>(start: (signal: AbortSignal) => readonly Promise<T>[]): Promise<T> {
  const over = new AbortController();
  const waits = start(over.signal);
  // The race tells of the first one to fail; those that lose it are aborted, and fail for that reason alone.
  for (const wait of waits) wait.catch(() => undefined);
  try {
    return await Promise.race(waits);
  } finally {
    over.abort();
  }
}

/** Waits for something, and for `ms` at the most. */
export async function within(promise: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  await firstOf((signal) => [promise.then(() => undefined), clock.sleep(ms, signal)]);
}
