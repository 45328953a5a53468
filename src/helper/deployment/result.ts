import type { Verdict } from '../exit-codes.ts';
import type { PhaseRecord } from './phases.ts';

/** Whether the database was changed by this run: `migrated` includes a release phase that succeeded. */
export type DatabaseOutcome = 'untouched' | 'migrated' | 'restored' | 'unknown';

export interface ResultRelease {
  readonly version: number;
  readonly commit: string | null;
}

/** One process type's quantity and dyno size. */
export interface ResultProcess {
  readonly type: string;
  readonly quantity: number;
  readonly size: string;
}

/** `result.json`: what machines may rely on. A field that this run had nothing to say about is null or empty. */
export interface Result {
  readonly schemaVersion: 1;
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly app: string;
  /** The commit, or the revision as it was given where it could not be resolved. */
  readonly revision: string;
  readonly releaseBefore: ResultRelease | null;
  readonly releaseAfter: ResultRelease | null;
  readonly maintenance: {
    readonly before: boolean | null;
    readonly after: boolean | null;
    readonly windowSeconds: number | null;
    /** ISO 8601, of the window that this run had open; `windowClosedAt` is null where it still is. */
    readonly windowOpenedAt: string | null;
    readonly windowClosedAt: string | null;
  };
  readonly formation: {
    readonly before: readonly ResultProcess[] | null;
    readonly after: readonly ResultProcess[] | null;
  };
  readonly database: DatabaseOutcome;
  /** Their ids, such as `b001`: the one from before the migration first. */
  readonly backups: readonly string[];
  /** ISO 8601, in place of a backup where the database has continuous protection. */
  readonly recoveryPoint: string | null;
  /** Other apps on the database. */
  readonly sharedDatabase: readonly string[];
  readonly migration: { readonly command: string; readonly exitStatus: number | null } | null;
  readonly caches: readonly string[];
  readonly phases: readonly PhaseRecord[];
  readonly requests: {
    readonly total: number;
    readonly byMethod: Readonly<Record<string, number>>;
    readonly git: number;
  };
  readonly error: {
    readonly phase: string | null;
    readonly what: string;
    readonly why: string | null;
    readonly next: string | null;
  } | null;
  /** The block `State now:`, line by line; empty where nobody has to look. */
  readonly stateNow: readonly string[];
}
