import { Failure, HerokuCdError, Interrupted, UnknownOutcome } from '../errors.ts';
import type { Run } from '../deployment/deploy-state.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { runOneOff, type Stop } from '../one-off/index.ts';
import type { Release } from '../ports/heroku.ts';
import type { Limit } from '../time/budget.ts';
import { formatDuration } from '../time/format.ts';
import { waitForOldDynos } from '../window/processes.ts';
import type { Window } from '../window/window.ts';
import { runHook } from './hook.ts';

/** A migration whose exit status is known, and is not 0. */
export class MigrationFailed extends Failure {
  readonly exitStatus: number | undefined;

  constructor(what: string, why: string, exitStatus: number | undefined) {
    super({ what, why });
    this.exitStatus = exitStatus;
  }
}

/** The migration's end, for `result.json`. */
export interface Migration {
  readonly command: string;
  readonly exitStatus: number | null;
}

/**
 * Migrates in a one-off dyno of the new release. From its start until its end is known there is no way back:
 * the journal says so, and `begun` is called, before the dyno is asked for.
 * @throws MigrationFailed for a non-zero exit status, UnknownOutcome where none could be learned.
 */
export async function migrate(
  run: Run,
  release: Release,
  journal: JournalKeeper,
  window: Window | undefined,
  begun: () => void,
): Promise<Migration> {
  const { ports, settings } = run;
  await guarded(ports, window, 'stop', async (signal) => {
    await hook(run, 'before-migrate', signal);
    if (window !== undefined) await waitForOldDynos(window, release, signal);
  });
  await window?.guard?.check();
  ports.signal.throwIfAborted();

  await journal.note({ stage: 'migrating' });
  begun();
  ports.log.info(`Migrating ${settings['app-name']}: ${settings['migrate-command']}`);
  const migration = await guarded(ports, window, 'warn', () => runMigration(run, journal));
  await journal.note({ stage: 'migrated' });
  return migration;
}

/** `after-migrate`: whatever it comes to, the migration has succeeded and stays. */
export async function afterMigrate(run: Run, window: Window | undefined): Promise<void> {
  await guarded(run.ports, window, 'warn', () => hook(run, 'after-migrate'));
}

/** Does what belongs into the window while the window's guard looks after it. */
function guarded<T>(
  { signal }: Run['ports'],
  window: Window | undefined,
  mode: 'stop' | 'warn',
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return window?.guard === undefined ? work(signal) : window.guard.during(work, mode);
}

async function hook(
  run: Run,
  parameter: 'before-migrate' | 'after-migrate',
  interruption?: AbortSignal,
): Promise<void> {
  const command = run.settings[parameter];
  if (command === '') return;
  const { environment, log } = run.ports;
  const limit = run.budget.limit({ ms: run.settings['migrate-timeout'], parameter: 'migrate-timeout' });
  const signal = AbortSignal.any([
    ...(interruption === undefined ? [] : [interruption]),
    timeOutAfter(limit, parameter),
  ]);
  await runHook({ parameter, command, environment, log, signal });
}

/** Aborted, with an error that names the parameter, when the limit is reached. */
function timeOutAfter(limit: Limit, hook: string): AbortSignal {
  const controller = new AbortController();
  const error = new Failure({
    what: `${hook}: the command ran longer than ${formatDuration(limit.ms)} and was stopped.`,
    why: `\`${limit.parameter}\` is the limit.`,
    next: `If it needs longer, raise \`${limit.parameter}\`.`,
    parameter: limit.parameter,
  });
  setTimeout(() => controller.abort(error), limit.ms).unref();
  return controller.signal;
}

async function runMigration(run: Run, journal: JournalKeeper): Promise<Migration> {
  const { ports, settings, budget } = run;
  const command = settings['migrate-command'];
  const limit = budget.limit({ ms: settings['migrate-timeout'], parameter: 'migrate-timeout' });
  const outcome = await runOneOff(ports, {
    app: settings['app-name'],
    command,
    ...(settings['migrate-dyno-size'] === '' ? {} : { size: settings['migrate-dyno-size'] }),
    // Heroku's own cap, should this process be lost: the limit and a little, so that ours comes first.
    timeToLiveSeconds: Math.min(86_400, Math.ceil(limit.ms / 1000) + 60),
    limit,
    onLine: (line) => ports.log.output('migrate', line),
  });
  switch (outcome.kind) {
    case 'not-started':
      await journal.note({ stage: 'shipping' });
      throw ports.signal.aborted ? asInterruption(ports.signal.reason) : outcome.error;
    case 'unknown':
      throw new UnknownOutcome({
        what: 'How the migration ended could not be learned.',
        why: `${outcome.why}${outcome.gone ? '' : ` The dyno ${outcome.dyno ?? ''} may be running still.`}`,
        next: `Look at the database and at \`heroku logs -a ${settings['app-name']} --dyno ${outcome.dyno ?? 'run'}\`; then run the job again, or \`heroku-cd recover --app-name ${settings['app-name']} --release-hold\`.`,
      });
    case 'exited':
      if (outcome.exitStatus === 0) {
        ports.log.info('The migration succeeded (exit status 0).');
        return { command, exitStatus: 0 };
      }
      throw new MigrationFailed(
        `The migration failed with exit status ${outcome.exitStatus}.`,
        outcome.stop === undefined
          ? 'Its output above says why; the schema may be half applied.'
          : `${stopReason(outcome.stop)} The schema may be half applied.`,
        outcome.exitStatus,
      );
  }
}

/** Why the migration's dyno was stopped, with the parameter where a limit was the reason. */
function stopReason(stop: Stop): string {
  if (stop.by === 'limit') return [stop.error.what, stop.error.why].filter(Boolean).join(' ');
  return stop.by === 'signal'
    ? 'Its dyno was stopped because the job was interrupted.'
    : 'Its dyno was stopped.';
}

function asInterruption(reason: unknown): unknown {
  return reason instanceof Interrupted || reason instanceof HerokuCdError
    ? reason
    : new Failure({ what: 'Stopped.' });
}
