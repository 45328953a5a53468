import { setMaxListeners } from 'node:events';
import { Interrupted } from '../errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns the signals that end a job into an abort, once: while the run puts things back, a second one would
 * only leave the app half undone, so it is announced and otherwise ignored.
 */
export function listenForSignals(onSignal: (signal: NodeJS.Signals, again: boolean) => void): {
  readonly signal: AbortSignal;
  stop(): void;
} {
  const controller = new AbortController();
  // Each request listens to it, and many go out at once; past ten, Node.js would warn of a leak.
  setMaxListeners(0, controller.signal);
  const handlers = SIGNALS.map((name) => {
    const handler = (): void => {
      const again = controller.signal.aborted;
      onSignal(name, again);
      if (!again) controller.abort(new Interrupted(name));
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
  return {
    signal: controller.signal,
    stop() {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}
