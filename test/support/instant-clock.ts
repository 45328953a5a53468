import type { Clock } from '../../src/helper/ports/clock.ts';

/** A clock whose sleeps take no time: they move its time forward and are written down. */
export class InstantClock implements Clock {
  readonly sleeps: number[] = [];
  #now: number;
  /** Called before each sleep, to change the world meanwhile. */
  onSleep: ((ms: number) => void) | undefined;

  constructor(now = Date.parse('2024-05-06T07:08:09Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.onSleep?.(ms);
    signal?.throwIfAborted();
    this.sleeps.push(ms);
    this.#now += ms;
    // One turn of the event loop, as any real sleep gives to I/O.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
