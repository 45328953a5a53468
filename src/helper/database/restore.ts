import { Failure } from '../errors.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { messageOf } from '../output/message.ts';
import type { DatabaseAddOn, Transfer } from '../ports/heroku.ts';
import { WindowGuard } from '../window/guard.ts';
import type { Window } from '../window/window.ts';
import { captureBackup } from './capture.ts';
import { journalOf } from './backup.ts';
import { awaitTransfer } from './transfer.ts';

/** What is restored, and where. */
export interface Restore {
  readonly window: Window;
  readonly settings: { readonly 'backup-timeout': number };
  readonly database: DatabaseAddOn;
  /** What the billing app calls the database. */
  readonly names: readonly string[];
  /** Of the backup to restore. */
  readonly backupId: string;
  /** Called right before the database is touched. */
  readonly begun?: () => void;
}

/**
 * Puts a backup in the place of all that is in the database, while nothing of the app runs: a backup of what
 * is there now comes first, and each step is proven before the next. What a half-done migration has added or
 * renamed is gone afterwards, because the database is emptied before (Heroku CLI: pg:reset); a restore alone
 * replaces only what the backup knows.
 * @throws Failure; where `begun` was called, the database may be anything.
 */
export async function restoreDatabase(given: Restore): Promise<void> {
  const { ports } = given.window;
  // From here on a signal would only leave things half done.
  const { signal } = new AbortController();
  const still = { ...ports, heroku: ports.closingHeroku, signal };
  const settings = { ...given.window.settings, 'running-one-offs': 'stop' };
  const { guard: _, ...rest } = given.window;
  const window = { ...rest, ports: still, settings };
  const guard = new WindowGuard(window);
  await guard.open();
  try {
    await guard.during(() => restore({ ...given, window }, guard), 'warn');
  } finally {
    guard.close();
  }
}

async function restore(given: Restore, guard: WindowGuard): Promise<void> {
  const { window, database, names } = given;
  const { heroku, clock, log } = window.ports;
  const { journal, budget } = window;
  const run = { ports: { heroku, clock, log }, settings: given.settings, budget };
  await stopAll(window, guard);
  const find = async (): Promise<Transfer | undefined> =>
    (await heroku.transfers(database.billingApp)).find(({ id }) => id === given.backupId);
  requireUsable(await find(), database);
  const safety = await captureBackup(run, {
    database,
    names,
    purpose: 'as it is, before the restore',
    started: () => undefined,
  });
  // Of so many backups as a plan keeps, a new one can be the end of the oldest (Dev Center: Heroku PGBackups).
  const backup = await find();
  requireUsable(backup, database);
  await journal.note({
    database: {
      ...journalOf(database),
      ...journal.current.database,
      backup: { id: backup.id, name: backup.name },
      safety: { id: safety.id, name: safety.name },
    },
  });
  // Whatever came back while the backup was taken holds locks, and would write into what is restored.
  await stopAll(window, guard);
  // A run that is lost from here on is held by whoever finds its journal.
  await journal.note({ stage: 'restoring' });
  given.begun?.();
  log.info(`Restoring ${backup.name} to ${database.name}; ${safety.name} is a backup of what was there.`);
  await endSessions(given);
  await heroku.resetDatabase(database.id);
  const started = await heroku.restoreBackup(database, backup.url);
  const done = await awaitTransfer(run, database.billingApp, started);
  if (done.warnings > 0) {
    log.warn(
      `The restore ${done.name} finished with ${done.warnings} warnings: see \`heroku pg:backups:info ${done.name} -a ${database.billingApp}\`.`,
    );
  }
  await journal.note({ stage: 'shipping' });
  log.info(`${database.name} is as it was at the time of ${backup.name}.`);
}

/** Every process type, web too, and every one-off dyno; what the window had left running is put back later. */
async function stopAll({ ports, journal, settings }: Window, guard: WindowGuard): Promise<void> {
  const { set } = journal.current;
  const types = (await ports.heroku.formation(settings['app-name'])).filter(({ type }) => type !== 'release');
  const running = types.filter(({ type, quantity }) => quantity > 0 && !set.stopped.includes(type));
  const stopped = [...set.stopped, ...running.map(({ type }) => type)];
  if (running.length > 0) await journal.note({ set: { ...set, stopped } });
  const there = stopped.filter((name) => types.some(({ type }) => type === name));
  await guard.settle(there.length > 0 ? await guard.stop(there, 'warn') : undefined);
}

/** Others than the app's dynos may be connected, too. To reset the database ends their sessions as well. */
async function endSessions({ window, database }: Restore): Promise<void> {
  const { heroku, log } = window.ports;
  await heroku.endSessions(database.id).catch((error: unknown) => {
    log.warn(`Sessions of ${database.name} could not be ended: ${messageOf(error)}`);
  });
}

/** @throws Failure where it is no backup that can be restored. */
export function requireUsable(
  backup: Transfer | undefined,
  { name, billingApp }: DatabaseAddOn,
): asserts backup is Transfer & { readonly url: NonNullable<Transfer['url']> } {
  if (backup?.kind === 'backup' && backup.succeeded && backup.url !== undefined) return;
  throw new Failure({
    what: `${backup === undefined ? 'The backup is not there any more' : `${backup.name} is no finished backup`}: nothing can be restored to ${name}.`,
    next: `heroku pg:backups -a ${billingApp}`,
  });
}

/** Restores what the window's own backup holds, after a failed migration. @throws Failure */
export async function restoreWindowsBackup(
  run: Pick<Restore, 'settings'>,
  window: Window,
  journal: JournalKeeper,
  plan: Pick<Restore, 'names'> | undefined,
): Promise<void> {
  const { addOn, backup } = journal.current.database ?? {};
  if (addOn === undefined || backup === undefined) {
    throw new Failure({ what: 'There is no backup of this window that could be restored.' });
  }
  await restoreDatabase({
    window: { ...window, journal },
    settings: run.settings,
    database: addOn,
    names: plan?.names ?? [],
    backupId: backup.id,
  });
}
