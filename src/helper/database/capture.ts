import { HerokuCdError } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import type { DatabaseAddOn, Heroku, Transfer } from '../ports/heroku.ts';
import type { Log } from '../ports/log.ts';
import { awaitTransfer, formatBytes, isOver, type Transferring } from './transfer.ts';

/** What is captured, and who wants to know of it before its end. */
export interface Capture {
  readonly database: DatabaseAddOn;
  readonly names: readonly string[];
  /** Ends the log's sentence: "before the migration". */
  readonly purpose: string;
  readonly started: (backup: Transfer) => void | Promise<void>;
}

/**
 * Takes a backup and proves that it is there.
 * @throws Failure; TimedOut that names `backup-timeout`; the signal's reason.
 */
export async function captureBackup(run: Transferring, capture: Capture): Promise<Transfer> {
  const { heroku, log } = run.ports;
  const { database, names, purpose } = capture;
  log.info(`Backing up ${database.name} (${database.plan}) ${purpose}.`);
  const started = await heroku.captureBackup(database, names);
  await capture.started(started);
  const done = await awaitTransfer(run, database.billingApp, started);
  log.info(`Backup ${done.name} of ${database.name} is finished: ${formatBytes(done.bytes)}.`);
  return done;
}

/**
 * Cancels a backup of ours that is still going on. A failure to do so is told and no more: the backup would
 * only be one too many.
 */
export async function cancelBackup(heroku: Heroku, log: Log, app: string, id: string): Promise<boolean> {
  try {
    if (isOver(await heroku.transfer(app, id))) return false;
    await heroku.cancelTransfer(app, id);
    return true;
  } catch (error) {
    if (!(error instanceof HerokuCdError)) throw error;
    log.warn(`The backup of ${app} could not be cancelled and may go on: ${messageOf(error)}`);
    return false;
  }
}
