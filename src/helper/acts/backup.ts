import { isAddOn, missing, requireNonePending } from '../database/backup-plan.ts';
import { cancelBackup, captureBackup } from '../database/capture.ts';
import { formatBytes, isOver } from '../database/transfer.ts';
import { Refusal } from '../errors.ts';
import type { Settings } from '../../parameters/index.ts';
import type { DatabaseAddOn, Heroku, Transfer } from '../ports/heroku.ts';
import type { Act, Done } from './act.ts';

/**
 * Takes a backup. One that a signal or the limit cuts short is cancelled.
 * @throws Refusal where there is nothing to back up, or a backup or restore is going on; Failure.
 */
export async function captureByHand(run: Act<Settings<'backup capture'>>): Promise<Done> {
  const { heroku, closingHeroku, log, signal } = run.ports;
  const database = await requireDatabase(heroku, run.settings['app-name']);
  const { billingApp, name } = database;
  const [attachments, transfers] = await Promise.all([
    heroku.attachments(database.id),
    heroku.transfers(billingApp),
  ]);
  requireNonePending(database, transfers);
  const names = attachments.filter(({ app }) => app === billingApp).map((one) => one.name);
  let pending: Transfer | undefined;
  try {
    const done = await captureBackup(
      { ...run, signal },
      { database, names, purpose: 'by hand', started: (backup) => void (pending = backup) },
    );
    return { what: `${done.name} is a backup of ${name}.`, backup: done.name, database: name, ...told(done) };
  } catch (error) {
    if (pending !== undefined) await cancelBackup(closingHeroku, log, billingApp, pending.id);
    throw error;
  }
}

/** Backups and restores, the newest last. */
export async function listBackups({ ports, settings }: Act<Settings<'backup list'>>): Promise<Done> {
  const { name, billingApp } = await requireDatabase(ports.heroku, settings['app-name']);
  const backups = (await ports.heroku.transfers(billingApp)).map((one) => ({ name: one.name, ...told(one) }));
  const row = (one: (typeof backups)[number]): string =>
    [one.name, one.kind, one.createdAt, one.state, formatBytes(one.bytes)].join('  ');
  return {
    what: `${name} (${billingApp}): ${backups.length === 0 ? 'no backups' : `${backups.length} backups and restores`}.`,
    lines: backups.map(row),
    backups,
  };
}

/** @throws Refusal where the app has no database of Heroku Postgres. */
export async function requireDatabase(heroku: Heroku, app: string): Promise<DatabaseAddOn> {
  const database = await heroku.database(app);
  if (isAddOn(database)) return database;
  throw new Refusal({
    what: missing(app, database),
    next: 'Name the app that has the database.',
    parameter: 'app-name',
  });
}

function told(one: Transfer): { kind: string; createdAt: string; state: string; bytes: number } {
  const state = !isOver(one)
    ? 'going on'
    : one.succeeded
      ? 'succeeded'
      : one.canceled
        ? 'cancelled'
        : 'failed';
  return { kind: one.kind, createdAt: one.createdAt, state, bytes: one.bytes };
}
