import { releaseHold } from '../journal/release-hold.ts';
import { requireNonePending, restoreCommand } from '../database/backup-plan.ts';
import { describeBackups } from '../database/backup.ts';
import { requireUsable, restoreDatabase } from '../database/restore.ts';
import { checkApp } from '../deployment/check-app.ts';
import type { Run } from '../deployment/deploy-state.ts';
import type { AppFacts } from '../deployment/facts.ts';
import { Findings } from '../deployment/findings.ts';
import { PhaseRunner } from '../deployment/phases.ts';
import { prepareJournal } from '../deployment/prepare-journal.ts';
import { UndoStack } from '../deployment/undo-stack.ts';
import { Failure, HerokuCdError, partsOf, Refusal } from '../errors.ts';
import { JournalKeeper } from '../journal/keeper.ts';
import type { Settings } from '../../parameters/index.ts';
import type { DatabaseAddOn } from '../ports/heroku.ts';
import { type Earlier, recoverEarlier } from '../recovery/recover-earlier.ts';
import { closeWindow } from '../window/close.ts';
import { openWindow } from '../window/open.ts';
import type { Window } from '../window/window.ts';
import type { Act, Done } from './act.ts';
import { requireDatabase } from './backup.ts';

type Restoring = Act<Settings<'backup restore'>>;
type Wanted = Pick<Parameters<typeof restoreDatabase>[0], 'database' | 'names' | 'backupId'>;

/** The schema is the backup's from now on: a migration that succeeded since has to be done again. */
const OF_THE_BACKUP = { stillPending: true } as const;

/**
 * Restores a named backup in a window of its own, or in the one that a run holds, which stays held then.
 * `deployment`: this command's settings among those of a deployment, whose window it uses.
 * @throws Refusal, where nothing was touched; HerokuCdError of verdict `held` where the app stays behind the page.
 */
export async function restoreByHand(act: Restoring, deployment: Settings<'deploy'>): Promise<Done> {
  const { ports, budget } = act;
  requireConfirmation(act.settings);
  const wanted = await findBackup(act);
  const settings = { ...deployment, 'stop-web': true, 'running-one-offs': 'stop' };
  const run: Run = {
    ...{ ports, settings, budget, undo: new UndoStack(), phases: new PhaseRunner(ports.clock, ports.log) },
    ...{ push: false, openOnly: false, half: 'whole' },
  };
  const facts = await readApp(run);
  const earlier = await recoverEarlier(run, facts.app);
  const { held } = earlier;
  if (held !== undefined) {
    const journal = new JournalKeeper(ports, held);
    await restoreDatabase({ window: { ...run, journal }, settings, ...wanted }).catch((error: unknown) => {
      throw stillHeld(run, error);
    });
    await journal.note(OF_THE_BACKUP);
    return done(act, journal, wanted, ' The window is held, and stays so: run the job again, or recover.');
  }
  return inOwnWindow(act, run, { app: await readApp(run), ...earlier }, wanted);
}

async function inOwnWindow(
  act: Restoring,
  run: Run,
  found: Earlier & { readonly app: AppFacts },
  wanted: Wanted,
): Promise<Done> {
  const { app } = found;
  const { current } = app;
  if (current === undefined) throw new Refusal({ what: `Nothing was ever released on ${app.app.name}.` });
  const journal = await prepareJournal(run, {
    ...found,
    clone: { commit: app.deployedCommit ?? 'none', kind: 'full' },
    shipping: { kind: 'nothing', release: current },
    ...{ migrates: false, window: true },
  });
  let begun = false;
  let window: Window | undefined;
  try {
    window = await openWindow(run, app, journal);
    const touched = (): void => void (begun = true);
    await restoreDatabase({ window, settings: run.settings, ...wanted, begun: touched });
    const { notBack } = await closeWindow(window, current);
    await journal.note({ status: 'closed', ...OF_THE_BACKUP });
    const restored = done(act, journal, wanted, '');
    if (notBack.length === 0) return restored;
    const what = `${restored.what} These process types could not be brought back: ${notBack.join('; ')}.`;
    return {
      ...restored,
      error: new HerokuCdError('incomplete', { what, next: `heroku ps -a ${app.app.name}` }),
    };
  } catch (error) {
    window?.guard?.close();
    return {
      what: 'It failed.',
      error: await settle(run, journal, error, begun),
      kept: describeBackups(journal.current),
    };
  }
}

/** Before the database was touched everything is put back; after that the page stays. */
async function settle(
  run: Run,
  journal: JournalKeeper,
  error: unknown,
  begun: boolean,
): Promise<HerokuCdError> {
  if (!(error instanceof HerokuCdError)) throw error;
  const undone = begun ? [] : await run.undo.unwind(run.ports.log);
  if (!begun && undone.every(({ outcome }) => outcome !== 'failed')) {
    await journal.note({ status: 'closed' });
    if (run.ports.signal.aborted) throw run.ports.signal.reason;
    const changed = undone.some(({ outcome }) => outcome === 'undone');
    return error.verdict === 'refused' && changed ? new Failure(partsOf(error)) : error;
  }
  const proof = begun ? OF_THE_BACKUP : {};
  await journal.note({ status: 'held', byHand: false, reason: error.message, ...proof });
  const { stage, database } = journal.current;
  const app = run.settings['app-name'];
  return new HerokuCdError('held', {
    ...partsOf(error),
    next:
      stage === 'restoring'
        ? restoreCommand(app, database?.backup?.name ?? '')
        : releaseHold(journal.current),
  });
}

function stillHeld({ ports }: Run, error: unknown): unknown {
  if (!(error instanceof HerokuCdError)) return error;
  ports.log.warn('The window is still held.');
  return new HerokuCdError('held', partsOf(error));
}

function done({ settings }: Restoring, journal: JournalKeeper, { database }: Wanted, more: string): Done {
  const { backup, safety } = journal.current.database ?? {};
  return {
    what: `${backup?.name ?? ''} is restored to ${database.name} of ${settings['app-name']}; ${safety?.name ?? ''} is a backup of what was there.${more}`,
    backup: backup?.name,
    safety: safety?.name,
    database: database.name,
  };
}

function requireConfirmation(settings: Restoring['settings']): void {
  const app = settings['app-name'];
  if (settings.confirm === app) return;
  throw new Refusal({
    what: `confirm: the name of the app is ${app}, and ${JSON.stringify(settings.confirm)} was given.`,
    why: 'Everything that was written to its database since the backup will be gone.',
    next: `Set \`confirm\` to \`${app}\` if that is the app you mean.`,
    parameter: 'confirm',
  });
}

async function findBackup({ ports: { heroku, log }, settings }: Restoring): Promise<Wanted> {
  const app = settings['app-name'];
  const id = settings['backup-id'];
  const database = await requireDatabase(heroku, app);
  const [attachments, transfers] = await Promise.all([
    heroku.attachments(database.id),
    heroku.transfers(database.billingApp),
  ]);
  requireNonePending(database, transfers);
  const others = [...new Set(attachments.map((one) => one.app))].filter((name) => name !== app);
  if (others.length > 0) requireAccepted(settings, database, others, (text) => log.warn(text));
  const backup = transfers.find(({ name }) => name === id);
  try {
    requireUsable(backup, database);
  } catch (error) {
    throw error instanceof Failure ? new Refusal({ ...partsOf(error), parameter: 'backup-id' }) : error;
  }
  const names = attachments.filter((one) => one.app === database.billingApp).map(({ name }) => name);
  if (backup.from !== '' && !names.includes(backup.from)) {
    log.warn(
      `${backup.name} is a backup of ${backup.from}, and not of ${database.name} (${names.join(', ')}), where it is restored to.`,
    );
  }
  return { database, names, backupId: backup.id };
}

function requireAccepted(
  settings: Restoring['settings'],
  { name }: DatabaseAddOn,
  others: readonly string[],
  warn: (text: string) => void,
): void {
  const what = `${name} is the database of ${others.join(', ')} as well, and they go on working with it.`;
  if (settings['shared-database'] === 'accept') return warn(what);
  throw new Refusal({
    what: `shared-database: ${what}`,
    next: 'Stop those apps and set `shared-database` to `accept`.',
    parameter: 'shared-database',
  });
}

/** @throws Refusal in a Private Space, where web dynos serve the page and cannot be stopped. */
async function readApp({ ports, settings }: Run): Promise<AppFacts> {
  const facts = await checkApp(ports.heroku, settings, undefined, new Findings());
  if (facts.app.space === undefined) return facts;
  throw new Refusal({
    what: `${facts.app.name} is in the Private Space ${facts.app.space}, where the page needs the web dynos.`,
    next: `Restore it by hand: heroku pg:backups:restore ${settings['app-name']}`,
    parameter: 'app-name',
  });
}
