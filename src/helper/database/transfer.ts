import type { Ports } from '../deployment/ports.ts';
import { Failure } from '../errors.ts';
import { HerokuApiError } from '../heroku/index.ts';
import { messageOf } from '../output/message.ts';
import type { Transfer } from '../ports/heroku.ts';
import type { Budget } from '../time/budget.ts';
import { formatDuration } from '../time/format.ts';
import { TimedOut } from '../time/wait.ts';

/** What waiting for a backup or a restore needs of a run. */
export interface Transferring {
  readonly ports: Pick<Ports, 'heroku' | 'clock' | 'log'>;
  readonly settings: { readonly 'backup-timeout': number };
  readonly budget: Budget;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** The app is in maintenance while a small database is dumped in a second, so the first looks are quick ones. */
const FIRST_POLL_MS = 500;
/** The official CLI asks no more often (Heroku CLI: pg:backups:capture, wait-interval). */
const POLL_MS = 3_000;
/** As many as the official CLI bears, which then ends as if all were well. */
const FAILED_POLLS = 21;
const PROGRESS_MS = 30_000;

/** Whether it has come to an end, good or bad. */
export function isOver({ finishedAt, canceled }: Transfer): boolean {
  return finishedAt !== undefined || canceled;
}

/**
 * Waits for the end of a backup or a restore, and proves that it is a good one: both finished and succeeded.
 * @throws Failure; TimedOut that names `backup-timeout`; the signal's reason.
 */
export async function awaitTransfer(run: Transferring, app: string, started: Transfer): Promise<Transfer> {
  const { heroku } = run.ports;
  const { name, kind } = started;
  const ended = await poll(run, app, started);
  if (ended.finishedAt !== undefined && ended.succeeded) return ended;
  // Only told: what it ended as is known.
  const log = await heroku.transfer(app, ended.id, { log: true }).then(
    (one) => one.log,
    () => [],
  );
  throw new Failure({
    what: `The ${kind} ${name} of ${app} ${ended.canceled ? 'was cancelled' : 'ended without success'}.`,
    ...(log.length === 0 ? {} : { why: `Its log ends with: ${log.join(' / ')}` }),
    next: `heroku pg:backups:info ${name} -a ${app}`,
  });
}

async function poll(run: Transferring, app: string, started: Transfer): Promise<Transfer> {
  const { heroku, clock, log } = run.ports;
  const { name, kind } = started;
  const limit = run.budget.limit({ ms: run.settings['backup-timeout'], parameter: 'backup-timeout' });
  const begun = clock.now();
  let told = begun;
  let failed = 0;
  for (let interval = FIRST_POLL_MS; ; interval = Math.min(interval * 1.5, POLL_MS)) {
    run.signal?.throwIfAborted();
    let now = started;
    try {
      now = await heroku.transfer(app, started.id);
      failed = 0;
    } catch (error) {
      run.signal?.throwIfAborted();
      if (!(error instanceof HerokuApiError)) throw error;
      failed += 1;
      if (failed >= FAILED_POLLS) throw unanswered(name, kind, app, error);
      log.info(`How the ${kind} ${name} goes could not be read (${failed} of ${FAILED_POLLS}).`);
    }
    if (isOver(now)) return now;
    const elapsed = clock.now() - begun;
    if (elapsed >= limit.ms) {
      throw new TimedOut({
        what: `The ${kind} ${name} of ${app} was not finished after ${formatDuration(limit.ms)}.`,
        why: `\`${limit.parameter}\` is the limit.`,
        next: `If it needs longer, raise \`${limit.parameter}\`; see \`heroku pg:backups:info ${name} -a ${app}\`.`,
        parameter: limit.parameter,
      });
    }
    if (clock.now() - told >= PROGRESS_MS) {
      told = clock.now();
      log.info(`${name}: ${formatBytes(now.bytes)} after ${formatDuration(elapsed)}.`);
    }
    await clock.sleep(interval * (heroku.slowdown ?? 1), run.signal);
  }
}

function unanswered(name: string, kind: string, app: string, error: HerokuApiError): Failure {
  return new Failure({
    what: `Heroku failed ${FAILED_POLLS} times in a row to tell how the ${kind} ${name} of ${app} goes, so it counts as failed.`,
    why: messageOf(error),
    next: `See \`heroku pg:backups:info ${name} -a ${app}\`, and run again once Heroku answers.`,
    cause: error,
  });
}

export function formatBytes(bytes: number): string {
  const step = Math.min(3, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 1024 ** step).toFixed(step === 0 ? 0 : 1)} ${['B', 'KB', 'MB', 'GB'][step] ?? 'GB'}`;
}
