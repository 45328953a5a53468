import { setMaxListeners } from 'node:events';
import { Failure, Interrupted } from '../errors.ts';
import { messageOf } from '../output/message.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns the signals that end a job into an abort, once: while the run puts things back, a second one would
 * only leave the app half undone, so it is announced and otherwise ignored. With `onFault` the same becomes of an
 * error that nobody waits for: Node.js would end the process, and leave an app behind its page.
 */
export function listenForSignals(
  onSignal: (signal: NodeJS.Signals, again: boolean) => void,
  onFault?: (error: Failure) => void,
): {
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
  const caught = (error: unknown): void => {
    const fault = new Failure({
      what: `Something went wrong that nobody waited for: ${messageOf(error)}`,
      why: 'This was not foreseen: please report it, with the log of this run.',
    });
    onFault?.(fault);
    controller.abort(fault);
  };
  if (onFault !== undefined) process.on('uncaughtException', caught);
  return {
    signal: controller.signal,
    stop() {
      process.off('uncaughtException', caught);
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}
