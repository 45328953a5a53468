import { releaseHold } from '../journal/release-hold.ts';
import { constants } from 'node:os';
import { type ErrorParts, Failure, HerokuCdError, UnknownOutcome } from '../errors.ts';
import type { Preflight, Run } from '../deployment/deploy-state.ts';
import { overtakenBy } from '../deployment/release.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { type OneOffOutcome, runOneOff } from '../one-off/index.ts';
import type { App, Release } from '../ports/heroku.ts';
import type { Limit } from '../time/budget.ts';
import { formatDuration } from '../time/format.ts';
import { waitForOldDynos } from '../window/processes.ts';
import type { Window } from '../window/window.ts';
import { runHook } from './hook.ts';
import { type Answer, askPending, askPendingInTheEnd } from './pending.ts';

/** A migration that has failed: by its exit status, or because it is still pending once its dyno is gone. */
export class MigrationFailed extends Failure {
  constructor(
    parts: ErrorParts,
    /** Null where it is not known. */
    readonly exitStatus: number | null,
  ) {
    super(parts);
  }
}

/** The migration's end, for `result.json`. */
export interface Migration {
  readonly command: string;
  readonly exitStatus: number | null;
}

/** A migration that has succeeded. */
export interface Migrated {
  readonly migration: Migration;
  /** What `pending-migrations-command` said afterwards; undefined where there is none. */
  readonly left: Answer | undefined;
}

/**
 * Asks `pending-migrations-command` in the new release, whose dynos are the first to know its migrations.
 * What was asked in preflight about code that is deployed already is not asked again.
 */
export async function nothingToMigrate(
  run: Run,
  { shipping, held, prepared }: Preflight,
  window: Window | undefined,
): Promise<boolean> {
  const { log, signal } = run.ports;
  const continues = held !== undefined || prepared?.continues === true;
  if (run.settings['pending-migrations-command'] === '') return false;
  if (shipping.kind === 'nothing' && !continues) return false;
  const answer = await guarded(run.ports, window, 'stop', (stop) =>
    askPending({ ...run, ports: { ...run.ports, signal: stop } }),
  );
  signal.throwIfAborted();
  if (answer !== 'nothing') return false;
  log.info('Nothing to migrate: `pending-migrations-command` says so of the new release.');
  if (window !== undefined && !continues) {
    log.info('With `migration-paths`, that can be known before a window opens.');
  }
  return true;
}

/**
 * Migrates in a one-off dyno of the new release. From its start until its end is known there is no way back:
 * the journal says so, and `begun` is called, before the dyno is asked for.
 * @throws MigrationFailed for a non-zero exit status, UnknownOutcome where none could be learned.
 */
export async function migrate(
  run: Run,
  { app, release }: { readonly app: App; readonly release: Release },
  journal: JournalKeeper,
  window: Window | undefined,
  begun: () => void,
): Promise<Migrated> {
  const { ports, settings } = run;
  await guarded(ports, window, 'stop', (signal) => hook(run, 'before-migrate', signal));
  const seen = await window?.guard?.check();
  if (window !== undefined) {
    const waited = await guarded(ports, window, 'stop', (signal) =>
      waitForOldDynos(window, release, signal, seen),
    );
    if (waited) await window.guard?.check();
  } else {
    // Nobody looks afterwards, right before a page goes off, whose code has migrated.
    const now = await ports.heroku.currentRelease(app.name);
    const overtaken = overtakenBy(app.name, release, now, 'failed');
    if (overtaken !== undefined) throw overtaken;
  }
  ports.signal.throwIfAborted();

  await journal.note({ stage: 'migrating', migratedRelease: release.version });
  begun();
  ports.log.info(`Migrating ${settings['app-name']}: ${settings['migrate-command']}`);
  return guarded(ports, window, 'warn', async () => {
    const migration = await runMigration(run, app, journal, window);
    await journal.note({ stage: 'migrated', stillPending: false });
    if (settings['pending-migrations-command'] === '') return { migration, left: undefined };
    // Without an exit status, it is that answer by which the migration is known to have succeeded.
    const left = migration.exitStatus === null ? 'nothing' : await askPendingInTheEnd(run);
    if (left !== 'nothing') await journal.note({ stillPending: true });
    return { migration, left };
  });
}

/**
 * The proof of a migration that ended with 0.
 * @throws HerokuCdError of verdict `incomplete`: the migration stays, and the app is opened with it.
 */
export function requireNothingPending({ settings }: Run, { left }: Migrated): void {
  if (left === undefined || left === 'nothing') return;
  const command = settings['pending-migrations-command'];
  throw new HerokuCdError('incomplete', {
    what:
      left === 'pending'
        ? 'The migration ended with exit status 0, but migrations are still pending.'
        : 'The migration ended with exit status 0, but that nothing is pending any more is not proven.',
    why: `\`pending-migrations-command\` (${command}) ${left === 'pending' ? 'says so' : 'gave no answer'}: its output is above.`,
    next: 'Look whether `migrate-command` runs all migrations and `pending-migrations-command` asks for the same ones; mend what does not, and push.',
    parameter: 'pending-migrations-command',
  });
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
  const { environment, log, clock } = run.ports;
  const limit = run.budget.limit({ ms: run.settings['migrate-timeout'], parameter: 'migrate-timeout' });
  const over = new AbortController();
  const limited = new AbortController();
  // Rejected only by the command's end.
  clock.sleep(limit.ms, over.signal).then(
    () => limited.abort(ranTooLong(limit, parameter)),
    () => undefined,
  );
  const signals = [limited.signal, ...(interruption === undefined ? [] : [interruption])];
  try {
    await runHook({ parameter, command, environment, log, clock, signal: AbortSignal.any(signals) });
  } finally {
    over.abort();
  }
}

function ranTooLong(limit: Limit, hook: string): Failure {
  return new Failure({
    what: `${hook}: the command ran longer than ${formatDuration(limit.ms)} and was stopped.`,
    why: `\`${limit.parameter}\` is the limit.`,
    next: `If it needs longer, raise \`${limit.parameter}\`.`,
    parameter: limit.parameter,
  });
}

async function runMigration(
  run: Run,
  known: App,
  journal: JournalKeeper,
  window: Window | undefined,
): Promise<Migration> {
  const { ports, settings, budget } = run;
  const command = settings['migrate-command'];
  const limit = budget.limit({ ms: settings['migrate-timeout'], parameter: 'migrate-timeout' });
  const outcome = await runOneOff(ports, {
    app: settings['app-name'],
    known,
    command,
    ...(settings['migrate-dyno-size'] === '' ? {} : { size: settings['migrate-dyno-size'] }),
    // Heroku's own cap, should this process be lost: the limit and a little, so that ours comes first.
    timeToLiveSeconds: Math.min(86_400, Math.ceil(limit.ms / 1000) + 60),
    limit,
    onLines: (lines) => ports.log.output('migrate', lines),
  });
  switch (outcome.kind) {
    case 'not-started':
      await journal.note({ stage: 'shipping' });
      throw ports.signal.aborted ? ports.signal.reason : outcome.error;
    case 'unknown':
      return settleUnknown(run, outcome, window);
    case 'exited':
      if (outcome.exitStatus === 0) {
        ports.log.info('The migration succeeded (exit status 0).');
        return { command, exitStatus: 0 };
      }
      throw failed(outcome);
  }
}

/** An end that got lost: what is pending tells it, once the dyno is gone. */
async function settleUnknown(
  run: Run,
  { why, gone, dyno }: Extract<OneOffOutcome, { kind: 'unknown' }>,
  window: Window | undefined,
): Promise<Migration> {
  const { ports, settings } = run;
  const command = settings['migrate-command'];
  if (gone && settings['pending-migrations-command'] !== '') {
    ports.log.warn(`How the migration ended could not be learned: ${why}`);
    const left = await askPendingInTheEnd(run);
    if (left === 'nothing') {
      ports.log.info('The migration succeeded: nothing is pending any more.');
      return { command, exitStatus: null };
    }
    if (left === 'pending') {
      throw new MigrationFailed(
        {
          what: 'The migration failed: its dyno is gone, and migrations are still pending.',
          why: `${why} The schema may be half applied.`,
          next: 'Look at its output above; mend the migration and push, or, where the code needs no change, run the job again.',
        },
        null,
      );
    }
  }
  const app = settings['app-name'];
  const open = window === undefined ? '' : `, or \`${releaseHold(window.journal.current)}\``;
  throw new UnknownOutcome({
    what: 'How the migration ended could not be learned.',
    why: `${why}${gone ? '' : ` The dyno ${dyno ?? ''} may be running still.`}`,
    next: `Look at the database and at \`heroku logs -a ${app} --dyno ${dyno ?? 'run'}\`; then mend what it needs and push, or run the job again with the same commit${open}.`,
  });
}

function failed(outcome: Extract<OneOffOutcome, { kind: 'exited' }>): MigrationFailed {
  const { exitStatus, stop } = outcome;
  const limit = stop?.by === 'limit' ? stop.error : undefined;
  return new MigrationFailed(
    {
      what: `The migration failed with exit status ${exitStatus}.`,
      why: `${limit === undefined ? cause(outcome) : `${limit.what} ${limit.why ?? ''}`} The schema may be half applied.`,
      next:
        limit?.next === undefined
          ? 'Mend the migration and push; where the code needs no change, run the job again.'
          : `${limit.next} Then push: run again, the job takes the same commit and the same parameters.`,
      ...(limit?.parameter === undefined ? {} : { parameter: limit.parameter }),
    },
    exitStatus,
  );
}

/** Why a migration failed that no limit of ours ended, in a sentence or two. */
function cause({ exitStatus, stop, errorCodes }: Extract<OneOffOutcome, { kind: 'exited' }>): string {
  if (stop !== undefined) return 'Its dyno was stopped because the job was interrupted.';
  const logged = errorCodes === undefined ? '' : ` Heroku logged ${errorCodes.join(', ')} about its dyno.`;
  // A shell adds 128 to the number of the signal that ended a command (Bash manual: Exit Status).
  const [signal] = Object.entries(constants.signals).find(([, number]) => number === exitStatus - 128) ?? [];
  if (signal === undefined) return `Its output above says why.${logged}`;
  return `${signal} ended it: Heroku stopped or killed its dyno, by its time to live or for its memory, or somebody did.${logged}`;
}
