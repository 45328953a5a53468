import type { FlatJob } from '../expand/types.ts';

export type StepStatus =
  /** Ran and ended well. */
  | 'success'
  | 'failed'
  /** Its `when`, an earlier failure or a halt kept it from running. */
  | 'skipped'
  /** The job was ended from outside while it ran, or before it could. */
  | 'canceled'
  /** Started with `background: true`; killed with the job unless it ended before. */
  | 'background';

/** How one step of a rehearsed job ended. */
export interface StepResult {
  /** Position in the compiled job, from 0. */
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly status: StepStatus;
  /** Null when no process ran or a signal ended it. */
  readonly exitCode: number | null;
  /** Why a step failed, was skipped or canceled, when the exit code does not say it. */
  readonly reason?: string;
  /** Bytes that the step wrote, before masking. */
  readonly outputBytes: number;
  /** What it wrote, masked; of very long output the last mebibyte. */
  readonly output: string;
  readonly durationMs: number;
  /** How often it was started: more than once with `max_auto_reruns`. */
  readonly attempts: number;
}

/** A call of the `circleci` stand-in by a step. */
export interface CircleciCall {
  readonly argv: readonly string[];
  readonly at: string;
}

export interface JobResult {
  readonly job: string;
  /** `not_run`: the workflow's condition or the job's filter keeps it out of this pipeline. */
  readonly status: 'success' | 'failed' | 'canceled' | 'not_run';
  /** Why it did not run, or which step failed first. */
  readonly reason?: string;
  /** True after `circleci step halt`. */
  readonly halted: boolean;
  readonly steps: readonly StepResult[];
  readonly circleciCalls: readonly CircleciCall[];
  readonly durationMs: number;
}

export interface StepHeader {
  readonly index: number;
  readonly name: string;
  readonly type: string;
}

/** Where a rehearsal's output goes, live. Everything but `write` may be left out. */
export interface RehearsalOutput {
  stepStarted?(step: StepHeader): void;
  /** Masked text of a step; `index` is -1 for what the runner itself says about the job. */
  write(text: string, index: number): void;
  stepEnded?(result: StepResult): void;
}

/** The commit that a job is run for, ready to be cloned. */
export interface Source {
  readonly url: string;
  readonly branch: string | undefined;
  readonly tag: string | undefined;
  readonly revision: string;
}

/** Everything that one job's run needs besides the compiled job. */
export interface JobSetup {
  readonly job: FlatJob;
  /** A folder of this run alone: HOME, `BASH_ENV` and the stand-in live in it. Every left-over process is known by it. */
  readonly root: string;
  readonly home: string;
  readonly artifactsFolder: string;
  readonly testResultsFolder: string;
  readonly cacheFolder: string;
  readonly workspaceFolder: string;
  readonly source?: Source | undefined;
  /** From low to high precedence, all below the job's own `environment`. */
  readonly environment: {
    readonly local: Readonly<Record<string, string>>;
    readonly project: Readonly<Record<string, string>>;
    readonly contexts: Readonly<Record<string, string>>;
    readonly builtIns: Readonly<Record<string, string>>;
  };
  /** Values that are replaced by `****` in the output. */
  readonly secrets: readonly string[];
  readonly output: RehearsalOutput;
  /** Ends the job with SIGTERM, then SIGKILL after the grace. */
  readonly terminate?: AbortSignal | undefined;
  /** Ends the job with SIGKILL at once, as CircleCI's cancel button does. */
  readonly cancel?: AbortSignal | undefined;
  readonly terminationGraceMs: number;
}
