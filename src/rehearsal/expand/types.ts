import type { Place } from '../document/places.ts';
import type { Mapping } from './values.ts';

/** The steps that CircleCI brings itself. Source: Configuration reference, "steps". */
export type StepType =
  | 'run'
  | 'checkout'
  | 'setup_remote_docker'
  | 'save_cache'
  | 'restore_cache'
  | 'store_artifacts'
  | 'store_test_results'
  | 'persist_to_workspace'
  | 'attach_workspace'
  | 'add_ssh_keys';

/** One step of a compiled job: nothing is left to substitute. */
export interface FlatStep {
  readonly type: StepType;
  /** The step's keys, `run: text` written out as `{command: text}`. */
  readonly options: Mapping;
  /** Where it stands, such as `job heroku-cd/deploy, step 3, command heroku-cd/install, step 1`. */
  readonly element: string;
  readonly place?: Place | undefined;
}

/** A compiled job: executor, environment and steps are flat. */
export interface FlatJob {
  readonly name: string;
  readonly steps: readonly FlatStep[];
  /** Values keep their type: the agent writes booleans as 1 and 0 when it starts a step. */
  readonly environment: Mapping;
  readonly shell?: string;
  readonly workingDirectory?: string;
  readonly parallelism?: number;
  /** Everything else the job carries: `docker`, `machine`, `macos`, `resource_class`, … */
  readonly settings: Mapping;
  readonly element: string;
  readonly place?: Place | undefined;
}

/** One requirement of a workflow job: another job, and the ends of it that satisfy. */
export interface Requirement {
  readonly job: string;
  readonly statuses: readonly string[];
}

/** Whether something takes part in the pipeline, and if not, why not. */
export type Selection = { readonly runs: true } | { readonly runs: false; readonly because: string };

/** One entry of a workflow, after matrix expansion. */
export interface WorkflowJob {
  /** Its name within the workflow. */
  readonly name: string;
  /** The element it invokes, such as `heroku-cd/deploy`; the same as `name` for an approval. */
  readonly invokes: string;
  /** `build` for jobs with steps, else CircleCI's own word: `approval`, `no-op`, `release`, … */
  readonly type: string;
  readonly requires: readonly Requirement[];
  readonly contexts: readonly string[];
  readonly selection: Selection;
  readonly serialGroup?: string;
  /** Present when `type` is `build`. */
  readonly job?: FlatJob;
  readonly filters?: unknown;
  readonly place?: Place | undefined;
}

export interface CompiledWorkflow {
  readonly name: string;
  /** What its `when` or `unless` says for this pipeline. */
  readonly selection: Selection;
  readonly jobs: readonly WorkflowJob[];
  readonly maxAutoReruns?: number;
}

/** Steps that were expanded where they were written; they are spliced in as they are. */
export class ExpandedSteps {
  constructor(readonly steps: readonly FlatStep[]) {}
}
