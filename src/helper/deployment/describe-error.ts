import { HerokuCdError } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import type { Log } from '../ports/log.ts';

/** An error in the form that every error has: what happened, why, and what to do next. */
export function describeError(log: Log, error: unknown): void {
  log.info('');
  if (!(error instanceof HerokuCdError)) {
    log.info(`ERROR: ${messageOf(error)}`);
    log.info('  Why:  This was not foreseen: please report it, with the log of this run.');
    return;
  }
  log.info(`ERROR: ${error.what}`);
  if (error.why !== undefined) log.info(`  Why:  ${error.why}`);
  if (error.next !== undefined) log.info(`  Next: ${error.next}`);
}
