import { RehearsalError } from './errors.ts';
import type { CompiledConfig } from './expand/compile.ts';
import type { CompiledWorkflow, FlatJob, WorkflowJob } from './expand/types.ts';

/** The one job to run, and what its workflow says about it. */
export interface SelectedJob {
  readonly job: FlatJob;
  /** Absent for a job that is run outside any workflow. */
  readonly entry?: WorkflowJob;
  /** Why CircleCI would not run it in this pipeline. */
  readonly notRun?: string;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

/**
 * Finds a workflow by its name.
 * @throws RehearsalError naming those that there are.
 */
export function selectWorkflow(config: CompiledConfig, name: string): CompiledWorkflow {
  const found = config.workflows.find((workflow) => workflow.name === name);
  if (found !== undefined) return found;
  const names = listed(config.workflows.map((workflow) => workflow.name));
  throw new RehearsalError(`${config.file} has no workflow ${name}; it has ${names}.`, 'workflow');
}

/**
 * Finds the job to run: an entry of a workflow by its name there or by the job it invokes, else a job of the configuration
 * run by itself with the given arguments.
 * @throws RehearsalError when there is none, or several with that name.
 */
export function selectJob(
  config: CompiledConfig,
  wanted: {
    workflow?: string | undefined;
    job: string;
    arguments?: Readonly<Record<string, unknown>> | undefined;
  },
): SelectedJob {
  if (wanted.arguments !== undefined) {
    return { job: config.compileJob(wanted.job, wanted.arguments) };
  }
  const workflows =
    wanted.workflow === undefined ? config.workflows : [selectWorkflow(config, wanted.workflow)];
  const entries = workflows.flatMap((workflow) => workflow.jobs.map((entry) => ({ workflow, entry })));
  const named = entries.filter(({ entry }) => entry.name === wanted.job);
  const found = named.length > 0 ? named : entries.filter(({ entry }) => entry.invokes === wanted.job);
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    const names = listed(found.map(({ workflow, entry }) => `${entry.name} of workflow ${workflow.name}`));
    throw new RehearsalError(
      `${wanted.job} is the name of several jobs: ${names}. Choose with --workflow and --job.`,
      'job',
    );
  }
  if (first !== undefined) return chosen(first.workflow, first.entry);
  if (wanted.workflow === undefined && config.jobNames.includes(wanted.job)) {
    return { job: config.compileJob(wanted.job) };
  }
  const names = [
    ...entries.map(({ entry }) => entry.name),
    ...(wanted.workflow === undefined ? config.jobNames : []),
  ];
  throw new RehearsalError(`There is no job ${wanted.job}; there is ${listed([...new Set(names)])}.`, 'job');
}

function chosen(workflow: CompiledWorkflow, entry: WorkflowJob): SelectedJob {
  const { job } = entry;
  if (job === undefined) {
    throw new RehearsalError(`${entry.name} is a job of type ${entry.type}: it has no steps to run.`, 'job');
  }
  const [refusal] = [workflow.selection, entry.selection].flatMap((selection) =>
    selection.runs ? [] : [selection.because],
  );
  return { job, entry, ...(refusal === undefined ? {} : { notRun: refusal }) };
}
