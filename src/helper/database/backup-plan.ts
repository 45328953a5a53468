import type { AppFacts } from '../deployment/facts.ts';
import type { Preflight } from '../deployment/deploy-state.ts';
import type { Ports } from '../deployment/ports.ts';
import { HerokuCdError, Refusal } from '../errors.ts';
import { HerokuApiError } from '../heroku/index.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../../parameters/index.ts';
import type { AppDatabase, DatabaseAddOn, Transfer } from '../ports/heroku.ts';
import { isOver } from './transfer.ts';

/** What a run does about the app's database before it migrates. */
export interface BackupPlan {
  /** `keep`: a held window's backup stays the one of this run. */
  readonly act: 'dump' | 'recovery-point' | 'keep' | 'none';
  readonly database: DatabaseAddOn;
  /** What the billing app calls the database. */
  readonly names: readonly string[];
  /** Other apps that work with it. */
  readonly sharedWith: readonly string[];
}

/** What the plan is made from. */
export interface BackupQuestion {
  readonly ports: Pick<Ports, 'heroku' | 'log'>;
  readonly settings: Pick<
    Settings<'deploy'>,
    'backup' | 'stop-web' | 'on-migration-failure' | 'shared-database' | 'migrate-command'
  >;
}

/** Heroku means its backups for databases up to this size; those of larger ones may time out (Dev Center: Heroku PGBackups). */
export const LARGE_BYTES = 20 * 2 ** 30;

/**
 * Whether this run takes a backup, and of what. Reads only, and nothing at all where no migration will run.
 * @throws Refusal for a backup that is asked for and cannot be, for parameters that contradict each other,
 * while another backup or restore is going on, and where the database is too large for a dump that nobody insists on.
 */
export async function planBackup(
  { ports, settings }: BackupQuestion,
  { app }: AppFacts,
  needs: Pick<Preflight, 'migrates' | 'window' | 'nothingPending' | 'releasePhase'>,
  held: Journal | undefined,
): Promise<BackupPlan | undefined> {
  const { heroku, log } = ports;
  if (held?.stage === 'restoring') throw halfRestored(app.name, held);
  const { migrates, window, nothingPending, releasePhase } = needs;
  const none = (why: string): undefined => {
    if (window && settings.backup === 'auto')
      log.info(`Backup: none, because ${why}; \`backup: always\` takes one.`);
  };
  if (nothingPending && settings.backup !== 'always') return none('nothing is pending');
  const restores = settings['on-migration-failure'] === 'restore' && (migrates || window);
  if (restores) requireRestorable(settings, window);
  const isWanted =
    settings.backup === 'always' ||
    settings['migrate-command'] !== '' ||
    (releasePhase === true && window) ||
    restores;
  if (settings.backup === 'never') return undefined;
  if (!isWanted) return none('no migration is known to run');
  const database = await heroku.database(app.name);
  if (!isAddOn(database)) {
    const why = missing(app.name, database);
    if (settings.backup === 'always' || restores) throw noBackup(why, restores);
    log.info(`Database: ${why} No backup is taken.`);
    return undefined;
  }
  const [attachments, transfers] = await Promise.all([
    heroku.attachments(database.id),
    heroku.transfers(database.billingApp),
  ]);
  requireNonePending(database, transfers);
  const sharedWith = [...new Set(attachments.map((one) => one.app))].filter((name) => name !== app.name);
  if (sharedWith.length > 0) {
    log.warn(`Database: ${database.name} is shared with ${sharedWith.join(', ')}.`);
    if (restores && settings['shared-database'] === 'refuse') throw isShared(database, sharedWith);
  }
  const names = attachments.filter((one) => one.app === database.billingApp).map(({ name }) => name);
  const plan = { database, names, sharedWith };
  if (held !== undefined && !held.byHand) {
    const { addOn, backup } = held.database ?? {};
    const isOther = addOn !== undefined && addOn.id !== database.id;
    const isThere =
      !isOther &&
      transfers.some(({ id, succeeded, url }) => id === backup?.id && succeeded && url !== undefined);
    if (isOther)
      log.warn(`Database: the held window began with ${addOn.name}; ${database.name} is in its place now.`);
    log.info(
      `Backup: the held window ${isThere ? `has ${backup?.name ?? ''}` : 'has none'}; none is taken of what its run may have changed.`,
    );
    if (restores && !isThere) throw noBackup('The held window has none of the database of now.', true);
    return { act: 'keep', ...plan };
  }
  const facts = await factsOf(heroku, database);
  // A restore needs a dump, whatever else protects the database.
  const isAsked = settings.backup === 'always' || restores;
  const dumps = isAsked || !facts.protected;
  if (dumps && (facts.bytes ?? 0) > LARGE_BYTES) {
    if (!isAsked) throw tooLarge(app.name, database);
    log.warn(
      `Backup: ${database.name} has more than 20 GB, and a dump of it may take longer than \`backup-timeout\`.`,
    );
  }
  return { act: dumps ? 'dump' : 'recovery-point', ...plan };
}

/** A database that is empty or half restored would be migrated, and served, as if it were well. */
function halfRestored(app: string, { database, reason }: Journal): HerokuCdError {
  const id = database?.backup?.name ?? '';
  return new HerokuCdError('held', {
    what: `The database of ${app} was being restored when the window was held, and that this ended well is not proven.`,
    why: reason ?? 'No reason was noted.',
    next: `${restoreCommand(app, id)}; then run the job again`,
  });
}

export function restoreCommand(app: string, backup: string): string {
  return `heroku-cd backup restore ${backup} --confirm ${app} --app-name ${app}`;
}

/** Whether it is an add-on of Heroku Postgres. */
export function isAddOn(database: AppDatabase): database is DatabaseAddOn {
  return typeof database === 'object';
}

/** Why there is nothing to back up, in a sentence. */
export function missing(app: string, database: AppDatabase): string {
  return database === 'external'
    ? `DATABASE_URL of ${app} leads to a database that is no add-on of Heroku Postgres: only its own provider can back it up.`
    : `${app} has no database of Heroku Postgres.`;
}

/** @throws Refusal that names the backup or restore that is going on: one is done after the other. */
export function requireNonePending(database: DatabaseAddOn, transfers: readonly Transfer[]): void {
  const pending = transfers.find((one) => !isOver(one));
  if (pending === undefined) return;
  const app = database.billingApp;
  throw new Refusal({
    what: `${pending.name}, a ${pending.kind === 'other' ? 'copy' : pending.kind} of ${app}, is going on since ${pending.createdAt}.`,
    why: 'Heroku takes one backup or restore after the other, and a restore under way must not meet a migration. Nothing was changed.',
    next: `Wait for its end (\`heroku pg:backups:info ${pending.name} -a ${app}\`), or end it with \`heroku pg:backups:cancel ${pending.name} -a ${app}\`; then run again.`,
    parameter: 'backup',
  });
}

async function factsOf(heroku: Ports['heroku'], { id, name, billingApp }: DatabaseAddOn) {
  try {
    return await heroku.databaseFacts(id);
  } catch (error) {
    if (!(error instanceof HerokuApiError) || error.status !== 404) throw error;
    throw new Refusal({
      what: `The database ${name} of ${billingApp} is not there yet.`,
      next: `heroku pg:wait ${name} -a ${billingApp}`,
      parameter: 'backup',
      cause: error,
    });
  }
}

function requireRestorable(settings: BackupQuestion['settings'], window: boolean): void {
  const wrong = !window
    ? ['maintenance', 'never', 'auto` or `always']
    : settings.backup === 'never'
      ? ['backup', 'never', 'auto` or `always']
      : settings['stop-web']
        ? undefined
        : ['stop-web', 'false', 'true'];
  if (wrong === undefined) return;
  const [parameter = '', value, instead] = wrong;
  throw new Refusal({
    what: `on-migration-failure: restore does not go with \`${parameter}: ${value}\`.`,
    why: 'A database is restored from the backup of a maintenance window in which everything is stopped, web dynos too.',
    next: `Set \`${parameter}\` to \`${instead}\`, or \`on-migration-failure\` to \`hold\` or \`rollback\`.`,
    parameter,
  });
}

function noBackup(why: string, restores: boolean): Refusal {
  const parameter = restores ? 'on-migration-failure' : 'backup';
  return new Refusal({
    what: `${parameter}: there is no backup to be had. ${why}`,
    next: restores
      ? 'Set `on-migration-failure` to `hold` or `rollback`.'
      : 'Set `backup` to `auto` or `never`.',
    parameter,
  });
}

/** A migration that has no way back must be somebody's decision, and so must hours behind the page. */
function tooLarge(app: string, { name, billingApp }: DatabaseAddOn): Refusal {
  return new Refusal({
    what: `backup: ${name} of ${app} has more than 20 GB, and its plan has no continuous protection.`,
    why: 'Heroku means its backups for databases of up to 20 GB: a larger one may take longer than `backup-timeout`, or never end, and all that time the page would be up. Nothing was changed.',
    next: `Have a copy to go back to, by \`heroku addons:create heroku-postgresql:standard-0 -a ${billingApp} -- --fork ${name}\` where its plan can be forked, else by \`heroku pg:backups:capture ${name} -a ${billingApp}\` at a quiet hour, and set \`backup\` to \`never\`; or set it to \`always\` and raise \`backup-timeout\`, to insist on the dump; or move to a plan with continuous protection (Standard and up), which needs none.`,
    parameter: 'backup',
  });
}

function isShared({ name }: DatabaseAddOn, apps: readonly string[]): Refusal {
  return new Refusal({
    what: `shared-database: ${name} is the database of ${apps.join(', ')} as well.`,
    why: '`on-migration-failure: restore` would take from them what they write while the migration runs.',
    next: 'Stop those apps for the deployment and set `shared-database` to `accept`, or set `on-migration-failure` to `hold` or `rollback`.',
    parameter: 'shared-database',
  });
}
