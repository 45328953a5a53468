import type { Settings } from '../../parameters/index.ts';
import { buildThere } from '../build-app/build.ts';
import { backUp, describeBackups } from '../database/backup.ts';
import { HerokuCdError, Interrupted } from '../errors.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { endOf, OPENED_BY_HAND } from '../journal/by-hand.ts';
import { lookAtHealth, settleUnhealthy } from '../health/phase.ts';
import { firstHalfOf } from '../journal/first-half.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { afterMigrate, migrate, nothingToMigrate, requireNothingPending } from '../migration/migrate.ts';
import { closeWindow } from '../window/close.ts';
import { openWindow } from '../window/open.ts';
import { tryPrebootBack, switchPrebootOff } from '../window/preboot.ts';
import { Budget } from '../time/budget.ts';
import { checkJob } from './check-job.ts';
import { describeError } from './describe-error.ts';
import type { Progress, Run } from './deploy-state.ts';
import { flushCaches, neverFlushed } from './flush.ts';
import { type PhaseName, PhaseRunner } from './phases.ts';
import type { Ports } from './ports.ts';
import { preflight } from './preflight.ts';
import { prepareJournal } from './prepare-journal.ts';
import { confirmRelease, overtakenBy, requireWeb } from './release.ts';
import { buildResult, requestsOf } from './report.ts';
import { restartDynos } from './restart.ts';
import type { Result } from './result.ts';
import { noteEnd, settle } from './settle.ts';
import { ship } from './ship.ts';
import { describeState, readStateNow, type StateNow } from './state-now.ts';
import { UndoStack } from './undo-stack.ts';
import { describeWindowCost, withWindowCost } from './window-cost.ts';

/** A run that had nothing to do here, and says why. */
export interface Skipped {
  readonly skipped: string;
}

export interface DeployOptions {
  readonly phases?: PhaseRunner;
  /** False: what is deployed already is migrated. */
  readonly push?: boolean;
  /** True: the window is opened and left open. */
  readonly openOnly?: boolean;
  readonly half?: Run['half'];
}

/**
 * Deploys one commit to one app, through a maintenance window where a migration runs. Never throws for what
 * can go wrong with Heroku, git or the network: the result says what happened, and the app is as found,
 * fully deployed, or held with a reason.
 * @throws Refusal for a deadline that leaves no time, and in a fork's pull request.
 */
export async function deploy(
  ports: Ports,
  settings: Settings<'deploy'>,
  options: DeployOptions = {},
): Promise<Result | Skipped> {
  const skipped = checkJob(ports.environment);
  if (skipped !== undefined) return { skipped };
  const run: Run = {
    ports,
    settings,
    phases: options.phases ?? new PhaseRunner(ports.clock, ports.log),
    budget: new Budget(ports.clock, settings.deadline),
    undo: new UndoStack(),
    push: options.push ?? true,
    openOnly: options.openOnly ?? false,
    half: options.half ?? 'whole',
  };
  const progress: Progress = { database: 'untouched', notBack: [] };
  let error: unknown;
  try {
    await runPhases(run, progress);
    error = progress.unflushed;
  } catch (thrown) {
    // An abort surfaces as whatever the aborted call throws; the signal's own reason is the truth. Once a
    // migration has begun, or the deployment is done, a signal stops nothing any more.
    error = ports.signal.aborted && !progress.noWayBack ? ports.signal.reason : thrown;
  }
  return finish(run, progress, error);
}

async function runPhases(run: Run, progress: Progress): Promise<void> {
  const { phases, undo } = run;
  if (run.half === 'continue') await goOnFromFirstHalf(run, progress);
  let before = await phases.run('preflight', () => preflight(run));
  progress.before = before;
  const { buildThere: there } = before;
  if (there !== undefined) {
    const found = before;
    progress.before = before = await phases.run('build', () => buildThere(run, found, there));
  }
  const journal = await phases.run('snapshot', () => prepareJournal(run, before));
  if (run.half === 'prepare') {
    const done = phases.records.map(({ name, startedAt, durationMs }) => ({ name, startedAt, durationMs }));
    return journal.note({ phases: done, requests: requestsOf(run) });
  }
  progress.journal = journal;
  if (before.window) {
    const opened = await phases.run('open window', () => openWindow(run, before.app, journal));
    progress.window = opened;
    progress.windowOpenedAt = opened.openedAt ?? phases.now();
  }
  const { window } = progress;
  if (run.openOnly) return leaveOpen(run, journal);
  const { backup } = before;
  if (backup?.act === 'dump' || backup?.act === 'recovery-point') {
    await phases.run('backup', () => backUp(run, backup, journal, window));
  }
  const shipped = await phases.run('ship', async () => {
    await switchPrebootOff(run, journal);
    await journal.note({ stage: 'shipping', status: window === undefined ? 'prepared' : 'open' });
    return guarded(run, window, (guardedRun) => ship(guardedRun, before, journal));
  });
  const released = await phases.run('release', () =>
    guarded(run, window, (guardedRun) => confirmRelease(guardedRun, before, shipped)),
  );
  progress.released = released;
  await journal.knowRelease(released.release.id);
  const phaseMigrated = released.releasePhase && before.shipping.kind !== 'nothing';
  if (phaseMigrated) progress.database = 'migrated';
  await requireWeb(run, journal.current, released);

  if (before.migrates && phaseMigrated) await leaveToReleasePhase(run, journal);
  else if (before.migrates) {
    await phases.run('migrate', async () => {
      if (await nothingToMigrate(run, before, window)) {
        // The run that holds the window may have migrated.
        if (continuesHeld(journal)) progress.database = 'unknown';
        return journal.note({ stillPending: false });
      }
      const begun = (): void => void (progress.noWayBack = true);
      const what = { app: before.app.app, release: released.release };
      const migrated = await migrate(run, what, journal, window, begun);
      progress.migration = migrated.migration;
      progress.database = 'migrated';
      undo.clear();
      await afterMigrate(run, window);
      requireNothingPending(run, migrated);
    });
    // A held window's migration may have ended after its dynos had booted.
    if (progress.migration !== undefined || continuesHeld(journal)) {
      await phases.run('restart', () => restartDynos(run, journal));
    }
  }
  await flushCaches(run, progress);
  const stays = journal.current.byHand === true;
  if (window !== undefined && !stays) {
    const closed = await phases.run('close window', () => closeWindow(window, released.release));
    progress.notBack = closed.notBack;
    progress.closed = closed.state;
    progress.windowClosedAt = phases.now();
  }
  const prebootOff = await tryPrebootBack(run, journal);
  undo.clear();
  await noteEnd(journal, endOf(journal.current));
  if (stays) tellOpen(run);
  requireAllBack(run, progress);
  if (prebootOff !== undefined) throw prebootOff;
  const { health } = before;
  if (health === undefined) return;
  if (stays) return run.ports.log.warn('Behind its page nobody can ask how the app is: no health check.');
  progress.noWayBack = true;
  await phases.run('health', () => lookAtHealth(run, before, health, released.release));
}

/** The deadline is the whole run's, and so is the report. @throws Refusal where the first half has left no time. */
async function goOnFromFirstHalf({ ports, phases, budget }: Run, progress: Progress): Promise<void> {
  const earlier = await firstHalfOf(ports);
  if (earlier === undefined) return;
  phases.goOnFrom(earlier.phases);
  progress.earlierRequests = earlier.requests;
  const [first] = earlier.phases;
  if (first !== undefined) budget.countFrom(Date.parse(first.startedAt));
}

/** No Procfile of the commit had shown it, as where a buildpack or a heroku.yml brings it. */
async function leaveToReleasePhase({ ports }: Run, journal: JournalKeeper): Promise<void> {
  ports.log.warn(
    'The slug has a `release` process, which has migrated: `migrate-command` is not run, so that nothing is migrated twice.',
  );
  await journal.note({ migrates: false });
}

/** The window is somebody's to work in from now on, and stays open until that somebody closes it. */
async function leaveOpen(run: Run, journal: JournalKeeper): Promise<void> {
  run.ports.signal.throwIfAborted();
  await journal.note(OPENED_BY_HAND);
  run.undo.clear();
  tellOpen(run);
}

function tellOpen({ ports, settings }: Run): void {
  const app = settings['app-name'];
  ports.log.info(`The window of ${app} stays open until \`heroku-cd window close --app-name ${app}\`.`);
}

function continuesHeld({ current }: JournalKeeper): boolean {
  return current.continues && !current.byHand;
}

/** While Heroku builds and releases, the window's processes must stay stopped. */
function guarded<T>(run: Run, window: Progress['window'], work: (run: Run) => Promise<T>): Promise<T> {
  if (window?.guard === undefined) return work(run);
  return window.guard.during((signal) => work({ ...run, ports: { ...run.ports, signal } }), 'stop');
}

/** The app serves, but a process type is neither as found nor somebody's choice. */
function requireAllBack(run: Run, { notBack }: Progress): void {
  if (notBack.length === 0) return;
  const app = run.settings['app-name'];
  throw new HerokuCdError('incomplete', {
    what: `These process types of ${app} could not be brought back: ${notBack.join('; ')}.`,
    why: 'The release may no longer have them, or Heroku refused their quantity or size.',
    next: `heroku ps:scale -a ${app}`,
  });
}

/** What was not flushed is told only after the phases behind it. */
function failedIn({ phases }: Run, { unflushed }: Progress, error: unknown): PhaseName | undefined {
  return error === unflushed ? 'flush caches' : phases.current;
}

/** What was read when the page went off, where that was the last thing to be done. */
function justClosed({ phases }: Run, { closed, released }: Progress): StateNow | undefined {
  const isLast = phases.records.at(-1)?.name === 'close window';
  return isLast && closed !== undefined && released?.release.id === closed.release?.id
    ? { ...closed, commit: released?.commit }
    : undefined;
}

/** Takes back what a failed run began, reads the app once more, and says what came of it all. */
async function finish(run: Run, progress: Progress, thrown: unknown): Promise<Result> {
  let error = thrown;
  const { ports, phases } = run;
  const prepared = run.half === 'prepare' && error === undefined;
  const failedPhase = error === undefined ? undefined : failedIn(run, progress, error);
  if (error !== undefined) describeError(ports.log, error);
  progress.window?.guard?.close();
  const after = failedPhase === 'health' ? settleUnhealthy : settle;
  const settled = error === undefined ? undefined : await after(run, progress, error);
  let verdict = settled?.verdict ?? 'succeeded';

  const result = await phases.run('report', async () => {
    const app = run.settings['app-name'];
    const cost = describeWindowCost(progress, phases.records, phases.now());
    for (const line of cost) ports.log.info(line);
    const needsLook = (): boolean => verdict === 'held' || verdict === 'unknown' || verdict === 'incomplete';
    const looked = progress.before !== undefined && !prepared;
    const state =
      (verdict === 'succeeded' ? justClosed(run, progress) : undefined) ??
      (looked || needsLook() ? await readStateNow(ports.closingHeroku, app, progress.released) : undefined);
    const overtaken =
      verdict === 'succeeded' && state !== undefined && 'app' in state
        ? overtakenBy(app, progress.released?.release, state.release, 'incomplete')
        : undefined;
    if (overtaken !== undefined) {
      describeError(ports.log, (error = overtaken));
      verdict = 'incomplete';
    }
    const lookAgain = needsLook();
    const next = settled?.next ?? (error instanceof HerokuCdError ? error.next : undefined);
    if (lookAgain && state !== undefined && 'app' in state) {
      const unflushed = neverFlushed(run, progress, state.commit);
      if (unflushed !== undefined) ports.log.warn((progress.unflushed = unflushed).what);
    }
    const backups = describeBackups(progress.journal?.current);
    const stateNow =
      state !== undefined && lookAgain ? describeState(app, state, progress.database, next, backups) : [];
    for (const line of stateNow) ports.log.info(line);
    return buildResult(run, {
      verdict,
      exitCode: exitCodeOf(verdict, error instanceof Interrupted ? error.signal : undefined),
      progress,
      state: state !== undefined && 'app' in state ? state : undefined,
      error,
      failedPhase,
      next,
      stateNow,
    });
  });
  return { ...result, phases: withWindowCost(progress, result.phases, phases.now()) };
}
