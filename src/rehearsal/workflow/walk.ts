import type { WorkflowJob } from '../expand/types.ts';
import { readiness } from './readiness.ts';
import type { JobEnd, WorkflowJobResult, WorkflowJobStatus, WorkflowOutput } from './types.ts';

/** What the walk needs to know and to do; it runs nothing itself. */
export interface WalkPorts {
  readonly approved: ReadonlySet<string>;
  readonly deniedContexts: ReadonlySet<string>;
  readonly output: WorkflowOutput;
  /** Runs a job with steps to its end. */
  readonly run: (job: WorkflowJob) => Promise<WorkflowJobResult>;
  /** True once the rehearsal is to end: no further job starts. */
  readonly aborted: () => boolean;
}

/**
 * Walks through a workflow, one job at a time: of those that may start, the first in the order of the configuration.
 * @param jobs the jobs that this pipeline has; their requirements name each other and hold no circle.
 * @returns how each came out, in the order in which that was settled.
 */
export async function walk(jobs: readonly WorkflowJob[], ports: WalkPorts): Promise<WorkflowJobResult[]> {
  const ends = new Map<string, JobEnd>();
  const results: WorkflowJobResult[] = [];
  let pending = jobs;
  while (!ports.aborted()) {
    const next = pending.find((job) => readiness(job, ends).state !== 'waiting');
    if (next === undefined) break;
    pending = pending.filter((job) => job !== next);
    const result = await settle(next, ends, ports);
    if (result.status !== 'on_hold' && result.status !== 'blocked') ends.set(next.name, result.status);
    ports.output.jobEnded?.(result);
    results.push(result);
  }
  for (const job of pending) {
    const state = readiness(job, ends);
    const names = state.state === 'waiting' ? state.for.join(', ') : '';
    const result = ports.aborted()
      ? unrun(job, 'not_run', 'the rehearsal was aborted')
      : unrun(job, 'blocked', `it waits for ${names}`);
    ports.output.jobEnded?.(result);
    results.push(result);
  }
  return results;
}

async function settle(
  job: WorkflowJob,
  ends: ReadonlyMap<string, JobEnd>,
  { approved, deniedContexts, run }: WalkPorts,
): Promise<WorkflowJobResult> {
  const state = readiness(job, ends);
  if (state.state === 'impossible') return unrun(job, 'not_run', state.because);
  if (job.type === 'approval') {
    return approved.has(job.name)
      ? unrun(job, 'success', 'approved')
      : unrun(job, 'on_hold', `nobody approved it; --approve ${job.name} would`);
  }
  const denied = job.contexts.find((context) => deniedContexts.has(context));
  if (denied !== undefined) return unrun(job, 'unauthorized', `its context ${denied} is denied`);
  if (job.type !== 'build') {
    const reason =
      job.type === 'no-op' ? undefined : `a rehearsal does nothing for a job of type ${job.type}`;
    return unrun(job, 'success', reason);
  }
  return run(job);
}

function unrun(job: WorkflowJob, status: WorkflowJobStatus, reason: string | undefined): WorkflowJobResult {
  return { ...about(job), status, ...(reason === undefined ? {} : { reason }), runs: [], durationMs: 0 };
}

/** What a result repeats of the job itself. */
export function about(
  job: WorkflowJob,
): Pick<WorkflowJobResult, 'name' | 'type' | 'contexts' | 'serialGroup'> {
  const { name, type, contexts, serialGroup } = job;
  return { name, type, contexts, ...(serialGroup === undefined ? {} : { serialGroup }) };
}
