import type { Settings } from '../../parameters/index.ts';
import { HerokuCdError, Interrupted } from '../errors.ts';
import { exitCodeOf, type Verdict } from '../exit-codes.ts';
import { messageOf } from '../output/message.ts';
import { Budget } from '../time/budget.ts';
import { checkJob } from './check-job.ts';
import type { Preflight, Run } from './deploy-state.ts';
import { PhaseRunner } from './phases.ts';
import type { Ports } from './ports.ts';
import { preflight } from './preflight.ts';
import { confirmRelease, type Released } from './release.ts';
import { buildResult } from './report.ts';
import type { DatabaseOutcome, Result } from './result.ts';
import { ship } from './ship.ts';
import { takeSnapshot } from './snapshot.ts';
import { describeState, readStateNow } from './state-now.ts';
import { UndoStack, type UndoReport } from './undo-stack.ts';

/** What is known so far; grows from phase to phase and outlives a failure. */
interface Progress {
  before: Preflight | undefined;
  released: Released | undefined;
  database: DatabaseOutcome;
}

/** A run that had nothing to do here, and says why. */
export interface Skipped {
  readonly skipped: string;
}

/**
 * Deploys one commit to one app, without a maintenance window. Never throws for what can go wrong with
 * Heroku, git or the network: the result says what happened, and the app is as found unless it says so.
 * @throws Refusal for a deadline that leaves no time, and in a fork's pull request.
 */
export async function deploy(
  ports: Ports,
  settings: Settings<'deploy'>,
  phases: PhaseRunner = new PhaseRunner(ports.clock, ports.log),
): Promise<Result | Skipped> {
  const skipped = checkJob(ports.environment);
  if (skipped !== undefined) return { skipped };
  const run: Run = {
    ports,
    settings,
    phases,
    budget: new Budget(ports.clock, settings.deadline),
    undo: new UndoStack(),
  };
  const progress: Progress = { before: undefined, released: undefined, database: 'untouched' };

  let error: unknown;
  try {
    await runPhases(run, progress);
  } catch (thrown) {
    // An abort surfaces as whatever the aborted call throws; the signal's own reason is the truth.
    error = ports.signal.aborted ? ports.signal.reason : thrown;
  }
  return finish(run, progress, error);
}

async function runPhases(run: Run, progress: Progress): Promise<void> {
  const { ports, phases } = run;
  const before = await phases.run('preflight', () => preflight(run));
  progress.before = before;
  await phases.run('snapshot', async () => {
    const snapshot = takeSnapshot(before.app, ports.clock.now());
    const file = await ports.store.write('snapshot.json', snapshot);
    ports.log.info(`How the app is now stands in ${file}.`);
  });
  const shipped = await phases.run('ship', () => ship(run, before));
  const released = await phases.run('release', () => confirmRelease(run, before, shipped));
  progress.released = released;
  if (released.releasePhase && before.shipping.kind !== 'nothing') progress.database = 'migrated';
  run.undo.clear();
}

/** Takes back what a failed run began, reads the app once more, and says what came of it all. */
async function finish(run: Run, progress: Progress, error: unknown): Promise<Result> {
  const { ports, phases } = run;
  const failedPhase = error === undefined ? undefined : phases.current;
  if (error !== undefined) describeError(run, error);
  const verdictOfError = error === undefined ? 'succeeded' : verdictOf(error);
  // What could not be learned must not be overruled: undoing might cut off what is still under way.
  const undone = verdictOfError === 'unknown' ? [] : await run.undo.unwind(ports.log);
  if (verdictOfError === 'incomplete' || verdictOfError === 'unknown') progress.database = 'unknown';
  const verdict = judge(verdictOfError, undone);

  return phases.run('report', async () => {
    const changed = progress.before !== undefined;
    const state = changed ? await readStateNow(ports.closingHeroku, run.settings['app-name']) : undefined;
    const next = error instanceof HerokuCdError ? error.next : undefined;
    if (state !== undefined && (verdict === 'held' || verdict === 'unknown' || verdict === 'incomplete')) {
      for (const line of describeState(run.settings['app-name'], state, progress.database, next))
        ports.log.info(line);
    }
    const signal = error instanceof Interrupted ? error.signal : undefined;
    return buildResult(run, {
      verdict,
      exitCode: exitCodeOf(verdict, signal),
      before: progress.before,
      state: state !== undefined && 'app' in state ? state : undefined,
      database: progress.database,
      error,
      failedPhase,
    });
  });
}

function verdictOf(error: unknown): Verdict {
  return error instanceof HerokuCdError ? error.verdict : 'failed';
}

/** A failed undo turns "as it was found" into "not as found": the app serves, and somebody must look. */
function judge(verdict: Verdict, undone: readonly UndoReport[]): Verdict {
  if (!undone.some((one) => one.outcome === 'failed')) return verdict;
  return verdict === 'unknown' || verdict === 'held' ? verdict : 'incomplete';
}

function describeError(run: Run, error: unknown): void {
  const { log } = run.ports;
  log.info('');
  if (error instanceof HerokuCdError) {
    log.info(`ERROR: ${error.what}`);
    if (error.why !== undefined) log.info(`  Why:  ${error.why}`);
    if (error.next !== undefined) log.info(`  Next: ${error.next}`);
  } else {
    log.info(`ERROR: ${messageOf(error)}`);
    log.info('  Why:  This was not foreseen: please report it, with the log of this run.');
  }
}
