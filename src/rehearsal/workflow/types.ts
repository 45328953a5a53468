import type { JobResult, RehearsalOutput } from '../run/types.ts';

/** How a job ended; the words are those that `requires` knows. Source: Configuration reference, "requires". */
export type JobEnd =
  | 'success'
  | 'failed'
  | 'canceled'
  /** One of its contexts may not be used by whoever started the pipeline. */
  | 'unauthorized'
  /** A requirement ended so that it cannot be met any more. */
  | 'not_run';

export type WorkflowJobStatus =
  | JobEnd
  /** An approval that nobody gave. */
  | 'on_hold'
  /** It waits for an approval that nobody gave, directly or behind other jobs. */
  | 'blocked';

/** What came of one job of a rehearsed workflow. */
export interface WorkflowJobResult {
  /** Its name in the workflow. */
  readonly name: string;
  /** `build` for jobs with steps, else CircleCI's own word, such as `approval`. */
  readonly type: string;
  readonly status: WorkflowJobStatus;
  /** Why it ended so, or why it did not run. */
  readonly reason?: string;
  readonly contexts: readonly string[];
  readonly serialGroup?: string;
  /** One for each container: several for a job with `parallelism`, none for one that did not run. */
  readonly runs: readonly JobResult[];
  readonly durationMs: number;
}

/** A job that this pipeline does not have. */
export interface FilteredJob {
  readonly name: string;
  readonly because: string;
}

/** A cancellation that was asked for and had no occasion. */
export interface MissedCancel {
  /** As the command line writes it, such as `deploy@Migrate`. */
  readonly point: string;
  readonly because: string;
}

export interface WorkflowResult {
  readonly workflow: string;
  /** What its jobs saw as `CIRCLE_WORKFLOW_ID`. */
  readonly id: string;
  /** `not_run`: the workflow's condition, or the filters of all its jobs, keep it out of this pipeline. */
  readonly status: 'success' | 'failed' | 'unauthorized' | 'canceled' | 'on_hold' | 'not_run';
  /** Why it did not run. */
  readonly reason?: string;
  /** True when the rehearsal itself was ended from outside. */
  readonly aborted: boolean;
  /** In the order in which they ended; those that never did come last. */
  readonly jobs: readonly WorkflowJobResult[];
  readonly filtered: readonly FilteredJob[];
  readonly missedCancels: readonly MissedCancel[];
  readonly durationMs: number;
}

/** What is announced when a job starts. */
export interface JobHeader {
  readonly name: string;
  readonly contexts: readonly string[];
  readonly serialGroup?: string;
  /** Which container this is of a job that runs on several. */
  readonly node?: { readonly index: number; readonly total: number };
}

/** Where a workflow's output goes, live: each job's, between its start and its end. */
export interface WorkflowOutput extends RehearsalOutput {
  jobStarted?(job: JobHeader): void;
  /** Also called for jobs that did not start, approvals among them. */
  jobEnded?(result: WorkflowJobResult): void;
}
