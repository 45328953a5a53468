import { restoreCommand } from '../database/backup-plan.ts';
import { restoreWindowsBackup } from '../database/restore.ts';
import { Failure, HerokuCdError } from '../errors.ts';
import type { Verdict } from '../exit-codes.ts';
import { putForgottenBack } from '../health/go-back.ts';
import { endOf } from '../journal/by-hand.ts';
import { JournalKeeper, readJournal } from '../journal/keeper.ts';
import { releaseHold } from '../journal/release-hold.ts';
import { MigrationFailed } from '../migration/migrate.ts';
import { releaseEarlierCode } from '../migration/rollback.ts';
import { messageOf } from '../output/message.ts';
import { closeWindow } from '../window/close.ts';
import { tryPrebootBack } from '../window/preboot.ts';
import type { Progress, Run } from './deploy-state.ts';
import { flushCaches } from './flush.ts';
import type { Release } from '../ports/heroku.ts';
import { ReleasePhaseFailed } from './release.ts';
import { restartDynos } from './restart.ts';
import { ReleasePhaseRan } from './undo-shipping.ts';
import type { UndoReport } from './undo-stack.ts';

/** What a failed run came to in the end. */
export interface Settled {
  readonly verdict: Verdict;
  /** The command that goes on from here, where it is not the error's own. */
  readonly next?: string;
}

/**
 * What follows a failure, by how far the run had come: before the migration everything is put back; during
 * it, the policy decides; after it, the window is closed forward.
 */
export async function settle(run: Run, progress: Progress, error: unknown): Promise<Settled> {
  const verdict = error instanceof HerokuCdError ? error.verdict : 'failed';
  const { journal } = progress;
  // Without a journal, what is held is an earlier run's window.
  if (verdict === 'unknown' || (journal === undefined && verdict === 'held')) progress.database = 'unknown';
  if (journal === undefined) return closeUnused(run, { verdict });
  // Everything else is done.
  if (error === progress.unflushed || journal.current.status === 'closed')
    return closeJournal(run, journal, { verdict });
  switch (journal.current.stage) {
    case 'migrated':
      return closeForward(run, progress, journal, error);
    case 'migrating':
      return afterFailedMigration(run, progress, journal, error, verdict);
    default:
      return beforeMigration(run, progress, journal, error, verdict);
  }
}

async function beforeMigration(
  run: Run,
  progress: Progress,
  journal: JournalKeeper,
  error: unknown,
  verdict: Verdict,
): Promise<Settled> {
  const isOpen = journal.current.status === 'open';
  // A release phase is the migration of an app that has one, and its failure is judged like one.
  if (error instanceof ReleasePhaseFailed) {
    progress.database = 'unknown';
    if (isOpen) return afterFailedMigration(run, progress, await unproven(journal), error, 'failed');
  }
  // What could not be learned must not be overruled: undoing might cut off what is still under way.
  if (verdict === 'unknown' || verdict === 'held') {
    if (progress.before?.releasePhase && progress.released === undefined) await unproven(journal);
    return isOpen ? hold(journal, verdict, error) : closeJournal(run, journal, { verdict });
  }
  // Around a window, that is the end of undoing: what the release phase did decides what becomes of it.
  const phaseRan = (failure: unknown): boolean => failure instanceof ReleasePhaseRan;
  const undone = await run.undo.unwind(run.ports.log, (failure) => isOpen && phaseRan(failure));
  const ran = undone.find((one) => phaseRan(one.error))?.error;
  if (ran instanceof ReleasePhaseRan) {
    progress.database = ran.database;
    if (isOpen) {
      return ran.database === 'migrated'
        ? closeForward(run, progress, journal, ran)
        : afterFailedMigration(run, progress, await unproven(journal), ran, 'failed');
    }
  }
  if (journal.current.continues && !journal.current.byHand) {
    progress.database = 'unknown';
    return hold(journal, 'held', error);
  }
  if (undone.every((one) => one.outcome !== 'failed')) {
    // "Refused" says that nothing was changed; what was changed and put back has failed.
    const changed = undone.some((one) => one.outcome === 'undone');
    return closeJournal(run, journal, { verdict: verdict === 'refused' && changed ? 'failed' : verdict });
  }
  return isOpen
    ? hold(journal, 'held', undoFailure(undone))
    : closeJournal(run, journal, { verdict: 'incomplete' });
}

/** Whatever opens the window next has to migrate, too. */
async function unproven(journal: JournalKeeper): Promise<JournalKeeper> {
  await noteEnd(journal, { phaseUnproven: true });
  return journal;
}

async function afterFailedMigration(
  run: Run,
  progress: Progress,
  journal: JournalKeeper,
  error: unknown,
  verdict: Verdict,
): Promise<Settled> {
  progress.database = 'unknown';
  if (journal.current.stage === 'migrating') {
    const exitStatus = error instanceof MigrationFailed ? error.exitStatus : null;
    progress.migration = { command: run.settings['migrate-command'], exitStatus };
  }
  if (verdict === 'unknown') {
    // Without a window there is nothing to hold, and nothing that a later run could continue.
    return progress.window === undefined
      ? closeJournal(run, journal, { verdict })
      : hold(journal, 'unknown', error);
  }
  const policy = run.settings['on-migration-failure'];
  const { window } = progress;
  if (policy === 'hold' || (policy === 'restore' && window === undefined)) {
    return window === undefined
      ? closeJournal(run, journal, { verdict: 'incomplete' })
      : hold(journal, 'held', error);
  }
  const { log } = run.ports;
  try {
    await requireNoStranger(run, journal);
    if (policy === 'restore' && window !== undefined) {
      await restoreWindowsBackup(run, window, journal, progress.before?.backup);
      progress.database = 'restored';
    }
    const release = await releaseEarlierCode(run, journal);
    if (window === undefined || journal.current.byHand) await putForgottenBack(run, journal);
    else {
      progress.notBack = (await closeWindow(window, release)).notBack;
      progress.windowClosedAt = run.phases.now();
    }
    if (progress.database === 'restored') {
      log.warn('The database and the code from before are back.');
      return await closeJournal(run, journal, {
        verdict: progress.notBack.length === 0 ? 'failed' : 'incomplete',
      });
    }
    log.warn(
      'The code from before serves again. What the migration did to the database until it failed stays.',
    );
    return await closeJournal(run, journal, { verdict: 'incomplete' });
  } catch (failure) {
    log.warn(`Going back failed: ${messageOf(failure)}`);
    if (progress.window === undefined) return closeJournal(run, journal, { verdict: 'incomplete' });
    return hold(journal, 'held', failure);
  }
}

/** The migration has succeeded, so there is no way back: what can still be done is to open the app again. */
async function closeForward(
  run: Run,
  progress: Progress,
  journal: JournalKeeper,
  error: unknown,
): Promise<Settled> {
  const { window } = progress;
  progress.noWayBack = true;
  if (window !== undefined && error instanceof HerokuCdError && error.verdict === 'held') {
    return hold(journal, 'held', error);
  }
  try {
    if (run.phases.current === 'migrate' || run.phases.current === 'restart')
      await restartDynos(run, journal);
    const current = await requireNoStranger(run, journal);
    await flushCaches(run, progress);
    if (window !== undefined && !journal.current.byHand) {
      progress.notBack = (await closeWindow(window, current)).notBack;
      progress.windowClosedAt = run.phases.now();
    }
    return await closeJournal(run, journal, { verdict: 'incomplete' });
  } catch (failure) {
    const what = window === undefined ? 'The dynos cannot be restarted' : 'The window cannot be closed';
    run.ports.log.warn(`${what}: ${messageOf(failure)}`);
    if (window === undefined) return closeJournal(run, journal, { verdict: 'incomplete' });
    return hold(journal, 'held', failure);
  }
}

/** @throws Failure where somebody else's release is current: whether it fits the database is not known. */
async function requireNoStranger(run: Run, journal: JournalKeeper): Promise<Release> {
  const { app, releases } = journal.current;
  const current = await run.ports.closingHeroku.currentRelease(app.name);
  if (current !== undefined && releases.includes(current.id)) return current;
  throw new Failure({
    what: `Somebody else released v${current?.version ?? '?'} on ${app.name}: "${current?.description ?? ''}".`,
  });
}

/**
 * The second half of a deployment that stopped before it did anything: what the first half wrote down must
 * not be taken for a window that was opened.
 */
async function closeUnused(run: Run, settled: Settled): Promise<Settled> {
  if (run.half !== 'continue') return settled;
  try {
    const app = await run.ports.closingHeroku.app(run.settings['app-name']);
    const found = await readJournal(run.ports, app);
    if (!('journal' in found) || found.journal.status !== 'prepared') return settled;
    const keeper = new JournalKeeper(run.ports, found.journal);
    const { continues, byHand } = found.journal;
    await noteEnd(keeper, continues && !byHand ? { status: 'held' } : endOf(found.journal));
  } catch (error) {
    run.ports.log.warn(`The journal stays as it was prepared: ${messageOf(error)}`);
  }
  return settled;
}

async function hold(journal: JournalKeeper, verdict: Verdict, error: unknown): Promise<Settled> {
  const { app, stage, database } = journal.current;
  // From here on it is this failure that holds the window, whoever opened it.
  await noteEnd(journal, { status: 'held', byHand: false, reason: messageOf(error) });
  if (stage === 'restoring') {
    return { verdict, next: restoreCommand(app.name, database?.backup?.name ?? '') };
  }
  return {
    verdict,
    next: `mend the cause and push, or run the job again: either continues this window; or open the app as it is: ${releaseHold(journal.current)}`,
  };
}

async function closeJournal(run: Run, journal: JournalKeeper, settled: Settled): Promise<Settled> {
  const prebootOff = await tryPrebootBack(run, journal);
  if (prebootOff !== undefined) {
    settled = { verdict: 'incomplete', ...(prebootOff.next === undefined ? {} : { next: prebootOff.next }) };
  }
  await noteEnd(journal, endOf(journal.current));
  return settled;
}

/** What became of the app is more important than that it could be written down. */
export async function noteEnd(
  journal: JournalKeeper,
  change: Parameters<JournalKeeper['note']>[0],
): Promise<void> {
  try {
    await journal.note(change);
  } catch (error) {
    journal.log.warn(`The journal could not be written: ${messageOf(error)}`);
  }
}

function undoFailure(undone: readonly UndoReport[]): Failure {
  const failed = undone.filter((one) => one.outcome === 'failed');
  return new Failure({ what: failed.map((one) => `${one.what}: ${one.why ?? ''}`).join('; ') });
}
