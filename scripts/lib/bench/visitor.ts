import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two visits. */
export const EVERY_MS = 100;

/** Somebody who visits an app again and again. */
export interface Visitor {
  /** Milliseconds from the first visit that was answered with something else than 200 to the next that was. */
  readonly unservedMs: number;
  /** Comes one last time. */
  leave(): Promise<void>;
}

/** Visits the address ten times a second. */
export function visit(address: string, everyMs: number = EVERY_MS): Visitor {
  let unservedMs = 0;
  let unservedSince: number | undefined;
  const leaving = new AbortController();
  const look = async (): Promise<void> => {
    const at = performance.now();
    const served = await isServed(address);
    if (!served) {
      unservedSince ??= at;
    } else if (unservedSince !== undefined) {
      unservedMs += at - unservedSince;
      unservedSince = undefined;
    }
  };
  const visits = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      const next = performance.now() + everyMs;
      await look();
      await sleep(Math.max(0, next - performance.now()));
    }
    await look();
  };
  const visiting = visits();
  return {
    get unservedMs() {
      return unservedMs + (unservedSince === undefined ? 0 : performance.now() - unservedSince);
    },
    leave() {
      leaving.abort();
      return visiting;
    },
  };
}

async function isServed(address: string): Promise<boolean> {
  try {
    const response = await fetch(address);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    // Who gets no answer is not served.
    return false;
  }
}
