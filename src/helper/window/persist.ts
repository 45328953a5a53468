import { HerokuApiError } from '../heroku/heroku-api-error.ts';
import type { Window } from './window.ts';

const PAUSE_MS = 15_000;

/**
 * Does closing work, and does it again after every fault of Heroku's or of the network, until the deadline:
 * an app must not stay behind its page because Heroku was not to be reached for some minutes. The work must
 * bear being done twice.
 * @throws what the work throws: at once where a repeat would fail the same way.
 */
export async function persistently<T>(
  { ports, budget }: Pick<Window, 'ports' | 'budget'>,
  work: () => Promise<T>,
): Promise<T> {
  const { clock, log } = ports;
  const end = clock.now() + budget.closing().ms;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || clock.now() + PAUSE_MS > end) throw error;
      log.warn(`${error.what} The app must not be left like this: trying again until \`deadline\`.`);
      await clock.sleep(PAUSE_MS);
    }
  }
}

/** Whether a fault may pass by itself: no answer, one of a server in trouble, or too many requests. */
export function isPassing(error: unknown): error is HerokuApiError {
  if (!(error instanceof HerokuApiError)) return false;
  const { status } = error;
  return status === undefined || status < 400 || status >= 500 || status === 429;
}
