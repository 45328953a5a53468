import type { SharedOptions } from '../options.ts';
import type { WorkflowOutput } from './types.ts';

/** Where the cancel button is pressed. */
export interface CancelPoint {
  /** The job's name in the workflow, or the job it invokes where that is clear. */
  readonly job: string;
  /** The step's name as its heading shows it, or its number from 1. */
  readonly step: string | number;
  /** Waits for a whole line of the step's output, masked, that matches; without it the step's start is enough. */
  readonly after?: RegExp;
}

/** A workflow to rehearse, and with what. Only `config` and `workflow` are needed. */
export interface WorkflowOptions extends SharedOptions {
  readonly workflow: string;
  /** Approval jobs that are approved as soon as they are reached. */
  readonly approve?: readonly string[];
  readonly cancelAt?: readonly CancelPoint[];
  /** Contexts that whoever started the pipeline may not use: their jobs end `unauthorized`. */
  readonly deniedContexts?: readonly string[];
  /** A HOME that outlives the run, by job; others get an empty one of their own. */
  readonly homes?: Readonly<Record<string, string>>;
  readonly output?: WorkflowOutput;
}
