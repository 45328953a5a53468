import { constants } from 'node:os';
import { type ErrorParts, Failure, UnknownOutcome } from '../errors.ts';
import type { Run } from '../deployment/deploy-state.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { type OneOffOutcome, runOneOff } from '../one-off/index.ts';
import type { Release } from '../ports/heroku.ts';
import type { Limit } from '../time/budget.ts';
import { formatDuration } from '../time/format.ts';
import { waitForOldDynos } from '../window/processes.ts';
import type { Window } from '../window/window.ts';
import { runHook } from './hook.ts';

/** A migration whose exit status is known, and is not 0. */
export class MigrationFailed extends Failure {
  constructor(
    parts: ErrorParts,
    readonly exitStatus: number,
  ) {
    super(parts);
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
      throw ports.signal.aborted ? ports.signal.reason : outcome.error;
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
      throw failed(outcome);
  }
}

function failed(outcome: Extract<OneOffOutcome, { kind: 'exited' }>): MigrationFailed {
  const { exitStatus, stop } = outcome;
  const limit = stop?.by === 'limit' ? stop.error : undefined;
  return new MigrationFailed(
    {
      what: `The migration failed with exit status ${exitStatus}.`,
      why: `${limit === undefined ? cause(outcome) : `${limit.what} ${limit.why ?? ''}`} The schema may be half applied.`,
      next: `${limit?.next ?? 'Mend the migration.'} Then run the job again.`,
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
