import type { ActName } from '../deployment/phases.ts';
import type { Ports } from '../deployment/ports.ts';
import type { DatabaseOutcome, Result } from '../deployment/result.ts';
import { readStateNow, type StateNow } from '../deployment/state-now.ts';
import { HerokuCdError } from '../errors.ts';
import { exitCodeOf, type Verdict } from '../exit-codes.ts';
import { messageOf } from '../output/message.ts';
import { keepReport, type Reporting } from './keep.ts';

/** How a command without phases ended. */
export interface Ended {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly verdict: Verdict;
  /** What was done, or why nothing was. */
  readonly what: string;
  readonly error?: unknown;
  /** The command that goes on from here. */
  readonly next?: string | undefined;
  readonly database?: DatabaseOutcome;
  /** The block `State now:`, where somebody has to look. */
  readonly stateNow?: readonly string[];
  /** Version numbers and a commit, of a rollback. */
  readonly from?: unknown;
  readonly commit?: unknown;
  /** Each with how it is known to be flushed. */
  readonly caches?: unknown;
}

/** An error that a command of this kind throws, as its end. An abort surfaces as anything; its own reason is the truth. */
export function endOfError(startedAt: number, thrown: unknown, signal: AbortSignal): Ended {
  const error: unknown = signal.aborted ? signal.reason : thrown;
  const verdict = error instanceof HerokuCdError ? error.verdict : 'failed';
  return { startedAt, verdict, error, what: messageOf(error) };
}

/** Keeps the report of a command without phases: it has one bar, and the app as it is read back. */
export async function keepActReport(
  reporting: Reporting & { readonly ports: Ports; readonly command: ActName },
  ended: Ended,
): Promise<readonly string[]> {
  const { ports, settings, command } = reporting;
  const { startedAt, verdict, error } = ended;
  const told = error instanceof HerokuCdError ? error : undefined;
  const changed = verdict !== 'refused' && verdict !== 'failed';
  const read = changed ? await readStateNow(ports.closingHeroku, settings['app-name']) : undefined;
  const state: StateNow | undefined = read !== undefined && 'app' in read ? read : undefined;
  const { total, byMethod } = ports.heroku.requests;
  const result: Result = {
    schemaVersion: 1,
    verdict,
    exitCode: exitCodeOf(
      verdict,
      told !== undefined && 'signal' in told ? (told.signal as NodeJS.Signals) : undefined,
    ),
    app: settings['app-name'],
    revision: typeof ended.commit === 'string' ? ended.commit : (state?.commit ?? ''),
    releaseBefore: typeof ended.from === 'number' ? { version: ended.from, commit: null } : null,
    releaseAfter:
      state?.release === undefined ? null : { version: state.release.version, commit: state.commit ?? null },
    maintenance: {
      before: null,
      after: state?.app.maintenance ?? null,
      windowSeconds: null,
      windowOpenedAt: null,
      windowClosedAt: null,
    },
    formation: {
      before: null,
      after: state?.formation.map(({ type, quantity, size }) => ({ type, quantity, size })) ?? null,
    },
    database: ended.database ?? (changed ? 'unknown' : 'untouched'),
    backups: [],
    recoveryPoint: null,
    sharedDatabase: [],
    migration: null,
    caches: Array.isArray(ended.caches) ? (ended.caches as readonly string[]) : [],
    phases: [
      {
        name: command,
        startedAt: new Date(startedAt).toISOString(),
        durationMs: ports.clock.now() - startedAt,
        outcome: verdict === 'succeeded' ? 'succeeded' : 'failed',
      },
    ],
    requests: { total, byMethod, git: ports.git.networkRequests },
    error:
      verdict === 'succeeded'
        ? null
        : {
            phase: null,
            what: told?.what ?? ended.what,
            why: told?.why ?? null,
            next: ended.next ?? told?.next ?? null,
          },
    stateNow: ended.stateNow ?? [],
  };
  return keepReport(reporting, result, ended.what);
}
