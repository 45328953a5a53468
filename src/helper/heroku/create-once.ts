import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { HerokuApiError } from './heroku-api-error.ts';

export interface Creation<T> {
  /** Names it in the log, such as `release`. */
  readonly noun: string;
  /** Sends the request that creates it. */
  send(): Promise<T>;
  /** Looks for what a lost answer would have been about: made after this run began to send, and by it. */
  find(): Promise<T | undefined>;
}

/**
 * Pauses before each look for what a lost answer was about. Together they are longer than Heroku's own
 * limit of 30 s for answering a request (Dev Center: Request Timeout), so that a request which has left
 * no trace after the last look has not been carried out and will not be.
 */
export const LOOKS_MS = [0, 2_000, 4_000, 10_000, 20_000];

/**
 * Creates something exactly once though answers get lost: a lost answer is settled by reading. What is
 * found is taken for the answer; where nothing is found, it is sent once more.
 * @throws HerokuApiError; with `effect` `unknown` where it could not be learned whether it was created.
 */
export async function createOnce<T>(
  creation: Creation<T>,
  options: { clock: Clock; log: Log; signal: AbortSignal | undefined },
): Promise<T> {
  const { log } = options;
  try {
    return await creation.send();
  } catch (error) {
    if (!isUnsettled(error)) throw error;
    log.info(`${error.what} Looking whether Heroku created the ${creation.noun} all the same.`);
    const found = await look(creation, error, options);
    if (found !== undefined) return found;
    // An answer of success that could not be read means that it was created, though it is not to be seen.
    if (isSuccess(error.status)) throw error;
    log.info(`Heroku did not create the ${creation.noun}; sending the request once more.`);
  }
  try {
    return await creation.send();
  } catch (error) {
    const found = isUnsettled(error) ? await look(creation, error, options) : undefined;
    if (found === undefined) throw error;
    return found;
  }
}

async function look<T>(
  creation: Creation<T>,
  lost: HerokuApiError,
  options: { clock: Clock; log: Log; signal: AbortSignal | undefined },
): Promise<T | undefined> {
  const { clock, log, signal } = options;
  for (const pause of LOOKS_MS) {
    let found: T | undefined;
    try {
      if (pause > 0) await clock.sleep(pause, signal);
      found = await creation.find();
    } catch (error) {
      // The signal is known to whoever aborted it; that the creation is unsettled is known only here.
      if (signal?.aborted === true) throw lost;
      if (!(error instanceof HerokuApiError)) throw error;
      log.warn(`Whether Heroku created the ${creation.noun} could not be read: ${error.what}`);
      throw lost;
    }
    if (found === undefined) continue;
    log.info(`Heroku had created the ${creation.noun}: going on with it.`);
    return found;
  }
  return undefined;
}

function isUnsettled(error: unknown): error is HerokuApiError {
  return error instanceof HerokuApiError && error.effect === 'unknown';
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
