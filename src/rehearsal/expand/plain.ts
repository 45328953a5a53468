import type { CompiledConfig } from './compile.ts';
import type { FlatJob, FlatStep, WorkflowJob } from './types.ts';

/**
 * The compiled configuration as plain data in CircleCI's flat form: version 2, jobs by their names in the workflows, each
 * step with one key. This is what `circleci config process` prints.
 */
export function plainConfig(config: CompiledConfig): Record<string, unknown> {
  const jobs = config.workflows.flatMap((workflow) => workflow.jobs);
  const loose = config.workflows.length === 0 ? config.jobNames.map((name) => config.compileJob(name)) : [];
  return {
    version: 2,
    ...(config.setup ? { setup: true } : {}),
    jobs: Object.fromEntries([
      ...jobs.flatMap((entry) => (entry.job === undefined ? [] : [[entry.name, plainJob(entry.job)]])),
      ...loose.map((job) => [job.name, plainJob(job)]),
    ]),
    workflows: {
      version: 2,
      ...Object.fromEntries(
        config.workflows
          .filter((workflow) => workflow.selection.runs)
          .map((workflow) => [workflow.name, { jobs: workflow.jobs.map(plainEntry) }]),
      ),
    },
  };
}

/** A compiled job as it stands in the flat form. */
export function plainJob(job: FlatJob): Record<string, unknown> {
  return {
    ...job.settings,
    ...(job.shell === undefined ? {} : { shell: job.shell }),
    ...(job.workingDirectory === undefined ? {} : { working_directory: job.workingDirectory }),
    ...(job.parallelism === undefined ? {} : { parallelism: job.parallelism }),
    ...(Object.keys(job.environment).length === 0 ? {} : { environment: job.environment }),
    steps: job.steps.map(plainStep),
  };
}

function plainStep(step: FlatStep): unknown {
  return Object.keys(step.options).length === 0 ? step.type : { [step.type]: step.options };
}

function plainEntry(entry: WorkflowJob): unknown {
  const options = {
    ...(entry.type === 'build' ? {} : { type: entry.type }),
    ...(entry.requires.length === 0
      ? {}
      : {
          requires: entry.requires.map(({ job, statuses }) =>
            statuses.length === 1 && statuses[0] === 'success' ? job : { [job]: statuses },
          ),
        }),
    ...(entry.contexts.length === 0 ? {} : { context: entry.contexts }),
    ...(entry.filters === undefined ? {} : { filters: entry.filters }),
    ...(entry.serialGroup === undefined ? {} : { 'serial-group': entry.serialGroup }),
  };
  return Object.keys(options).length === 0 ? entry.name : { [entry.name]: options };
}
