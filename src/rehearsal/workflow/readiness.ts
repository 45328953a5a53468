import type { WorkflowJob } from '../expand/types.ts';
import type { JobEnd } from './types.ts';

/** Whether a job may start now, has to wait, or never will. */
export type Readiness =
  | { readonly state: 'ready' }
  | { readonly state: 'waiting'; readonly for: readonly string[] }
  | { readonly state: 'impossible'; readonly because: string };

/**
 * Judges a job's requirements: all must be met, and one that cannot be met any more decides at once. `terminal` takes
 * every end. Source: Configuration reference, "requires".
 * @param ends how the jobs that have ended did so.
 */
export function readiness(job: WorkflowJob, ends: ReadonlyMap<string, JobEnd>): Readiness {
  const waiting: string[] = [];
  for (const { job: required, statuses } of job.requires) {
    const end = ends.get(required);
    if (end === undefined) {
      waiting.push(required);
    } else if (!statuses.includes(end) && !statuses.includes('terminal')) {
      const because = `it requires ${required} to end as ${statuses.join(' or ')}, not ${end}`;
      return { state: 'impossible', because };
    }
  }
  return waiting.length === 0 ? { state: 'ready' } : { state: 'waiting', for: [...new Set(waiting)] };
}
