import {
  array,
  boolean,
  literal,
  nullable,
  number,
  object,
  optional,
  picklist,
  record,
  safeParse,
  string,
  type InferOutput,
} from 'valibot';

const processShape = object({ type: string(), quantity: number(), size: string() });

/**
 * `prepared`: nothing was changed when this was written, and what stands under `set` is what the run was
 * going to set. `open`: the window is open. `held`: left so on purpose. `closed`: nothing is left to put back.
 */
const statusShape = picklist(['prepared', 'open', 'held', 'closed']);

/**
 * How far the run had come. From `migrating` on, the earlier code may not fit the database any more;
 * `restoring`: the database is being emptied and restored.
 */
const stageShape = picklist(['before', 'window', 'shipping', 'migrating', 'migrated', 'restoring']);

const backupShape = object({ id: string(), name: string() });

const journalShape = object({
  schemaVersion: literal(1),
  /** Tells one run from another. */
  run: string(),
  app: object({ id: string(), name: string() }),
  /** CircleCI's workflows that this run and those before it belonged to, the latest last. */
  workflows: optional(array(string())),
  /** ISO 8601. */
  writtenAt: string(),
  status: statusShape,
  stage: stageShape,
  /** The commit that the run deploys. */
  commit: string(),
  /** Whether the run continues a held window, whose `found` it has taken over. */
  continues: boolean(),
  /** Whether the window was opened by hand; then a run in it leaves it open. */
  byHand: optional(boolean()),
  /** Whether the run was going to migrate. */
  migrates: boolean(),
  /** How the app was before the first change. */
  found: object({
    maintenance: boolean(),
    preboot: nullable(boolean()),
    formation: array(processShape),
    release: nullable(object({ id: string(), version: number() })),
    slugId: nullable(string()),
    commit: nullable(string()),
  }),
  /** What this run set, or was going to set. */
  set: object({
    maintenance: boolean(),
    /** Process types that were scaled to zero. */
    stopped: array(string()),
    /** Preboot was on, and was switched off for the run. */
    prebootOff: optional(boolean()),
  }),
  /** Releases that this run knows as its own. */
  releases: array(string()),
  /** What the first half of a deployment has built on `build-app`. */
  built: optional(object({ app: string(), slugId: string() })),
  /** The version of the release with which this run migrates, and that of the latest run before it that did. */
  migratedRelease: optional(number()),
  migratedBefore: optional(number()),
  /** The database that the run looks after. */
  database: optional(
    object({
      addOn: object({ id: string(), name: string(), plan: string(), billingApp: string() }),
      /** A backup of this run that may be going on still. */
      pending: optional(string()),
      /** Taken before the migration, and proven. */
      backup: optional(backupShape),
      /** Of the state before a restore, and proven. */
      safety: optional(backupShape),
      /** ISO 8601: what a database with continuous protection can be rolled back to. */
      recoveryPoint: optional(string()),
    }),
  ),
  /** That a migration of this run, or of one before it, was done is not proven, and no later one has proven it. */
  stillPending: optional(boolean()),
  /** A release phase for which the window is held is not proven to have succeeded. */
  phaseUnproven: optional(boolean()),
  /** The window is closed, and the code from before is being released again (`on-unhealthy`). */
  goingBack: optional(boolean()),
  /** The run is to flush caches, and has not, or not all. */
  unflushed: optional(boolean()),
  /** What the first half of a deployment did, and when (ISO 8601), for the report of the second. */
  phases: optional(array(object({ name: string(), startedAt: string(), durationMs: number() }))),
  /** How many requests that took. */
  requests: optional(object({ total: number(), byMethod: record(string(), number()), git: number() })),
  /** What decides how it goes on, for the other half of the deployment to compare. */
  asked: optional(string()),
  /** Why it is held. */
  reason: nullable(string()),
});

/** What a run found, what it set, and how far it came: all that another run needs to put things back. */
export type Journal = InferOutput<typeof journalShape>;

/** A journal from a file, or undefined where it is none. */
export function parseJournal(value: unknown): Journal | undefined {
  const parsed = safeParse(journalShape, value);
  return parsed.success ? parsed.output : undefined;
}
