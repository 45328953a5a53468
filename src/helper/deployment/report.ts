import { HerokuCdError } from '../errors.ts';
import type { Verdict } from '../exit-codes.ts';
import { messageOf } from '../output/message.ts';
import type { ProcessFormation } from '../ports/heroku.ts';
import type { Progress, Run } from './deploy-state.ts';
import type { Result, ResultProcess } from './result.ts';
import type { StateNow } from './state-now.ts';

/** Everything that the result is made of. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly progress: Progress;
  /** The app as read back at the end. */
  readonly state: StateNow | undefined;
  readonly error: unknown;
  readonly failedPhase: string | undefined;
  /** The command that goes on from here, as `State now:` names it. */
  readonly next: string | undefined;
  /** The block `State now:`. */
  readonly stateNow: readonly string[];
}

/** The run as `result.json` tells it. */
export function buildResult(run: Run, outcome: Outcome): Result {
  const { progress, state, error } = outcome;
  const { before } = progress;
  const current = before?.app.current;
  const kept = progress.journal?.current.database;
  return {
    schemaVersion: 1,
    verdict: outcome.verdict,
    exitCode: outcome.exitCode,
    app: run.settings['app-name'],
    revision: before?.clone.commit ?? run.settings.revision,
    releaseBefore:
      current === undefined ? null : { version: current.version, commit: before?.app.deployedCommit ?? null },
    releaseAfter:
      state?.release === undefined ? null : { version: state.release.version, commit: state.commit ?? null },
    maintenance: {
      before: before?.app.app.maintenance ?? null,
      after: state?.app.maintenance ?? null,
      windowSeconds: windowSeconds(progress),
      windowOpenedAt: time(progress.windowOpenedAt),
      windowClosedAt: time(progress.windowClosedAt),
    },
    formation: {
      before: before === undefined ? null : before.app.formation.map(process),
      after: state === undefined ? null : state.formation.map(process),
    },
    database: progress.database,
    backups: [kept?.backup, kept?.safety].flatMap((one) => (one === undefined ? [] : [one.name])),
    recoveryPoint: kept?.recoveryPoint ?? null,
    sharedDatabase: before?.backup?.sharedWith ?? [],
    migration: progress.migration ?? null,
    caches: progress.caches ?? [],
    phases: run.phases.records,
    requests: requestsOf(run, progress.earlierRequests),
    error:
      error === undefined
        ? null
        : {
            phase: outcome.failedPhase ?? null,
            what: error instanceof HerokuCdError ? error.what : messageOf(error),
            why: whyOf(error, progress),
            next: outcome.next ?? null,
          },
    stateNow: outcome.stateNow,
  };
}

/** What was sent so far, together with what an earlier half of the run has sent. */
export function requestsOf({ ports }: Run, earlier?: Result['requests']): Result['requests'] {
  const { heroku, git } = ports;
  const { total, byMethod } = heroku.requests;
  const sums = { ...earlier?.byMethod };
  for (const [method, count] of Object.entries(byMethod)) sums[method] = (sums[method] ?? 0) + count;
  return {
    total: total + (earlier?.total ?? 0),
    byMethod: sums,
    git: git.networkRequests + (earlier?.git ?? 0),
  };
}

function time(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** What closing the window could not bring back belongs to what went wrong, whatever that began with. */
function whyOf(error: unknown, { notBack, unflushed }: Progress): string | null {
  const why = error instanceof HerokuCdError ? error.why : undefined;
  const back =
    notBack.length === 0 || (error instanceof HerokuCdError && error.what.includes(notBack.join('; ')))
      ? undefined
      : `These process types could not be brought back: ${notBack.join('; ')}.`;
  const caches = error === unflushed ? undefined : unflushed?.what;
  return [why, back, caches].filter(Boolean).join(' ') || null;
}

function process({ type, quantity, size }: ProcessFormation): ResultProcess {
  return { type, quantity, size };
}

/** Null where there was no window, or where it is still open. */
function windowSeconds({ windowOpenedAt, windowClosedAt }: Progress): number | null {
  if (windowOpenedAt === undefined || windowClosedAt === undefined) return null;
  return Math.round((windowClosedAt - windowOpenedAt) / 100) / 10;
}
