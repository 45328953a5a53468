import type { CompiledWorkflow, WorkflowJob } from '../expand/types.ts';
import type { FilteredJob } from './types.ts';

/** The part of a workflow that a pipeline has. */
export interface Membership {
  /** In the order of the configuration, without requirements that do not count. */
  readonly jobs: readonly WorkflowJob[];
  readonly filtered: readonly FilteredJob[];
  /** Requirements that do not count, because the required job was filtered out. */
  readonly dropped: readonly { readonly job: string; readonly required: string }[];
}

/**
 * Takes out the jobs that filters keep away. A job that requires some of them starts without them; one that requires
 * nothing else is not in the workflow either.
 * Source: Configuration reference, "requires".
 */
export function membership(workflow: CompiledWorkflow): Membership {
  const out = new Map<string, string>();
  for (const { name, selection } of workflow.jobs) {
    if (!selection.runs) out.set(name, selection.because);
  }
  for (let before = -1; before !== out.size;) {
    before = out.size;
    for (const { name, requires } of workflow.jobs) {
      const orphan = requires.length > 0 && requires.every(({ job }) => out.has(job));
      if (orphan && !out.has(name)) {
        const names = [...new Set(requires.map(({ job }) => job))].join(', ');
        out.set(name, `it requires only ${names}, which this pipeline does not have`);
      }
    }
  }
  const members = workflow.jobs.filter(({ name }) => !out.has(name));
  return {
    jobs: members.map((job) => ({ ...job, requires: job.requires.filter((one) => !out.has(one.job)) })),
    filtered: workflow.jobs.flatMap(({ name }) => {
      const because = out.get(name);
      return because === undefined ? [] : [{ name, because }];
    }),
    dropped: members.flatMap(({ name, requires }) =>
      requires.filter(({ job }) => out.has(job)).map(({ job }) => ({ job: name, required: job })),
    ),
  };
}
