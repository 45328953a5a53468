import type { UsageEntry } from '../sdk/index.ts';
import { ours } from './usage.ts';

/** The job that puts the app right where the job named so has failed, or was cancelled, on this branch. */
export function recoverAfter(job: string, branch: string): UsageEntry {
  return {
    job: ours('recover'),
    requires: [{ [job]: ['failed', 'canceled'] }],
    context: 'heroku-production',
    // CircleCI takes one serial group but once in a workflow.
    serialGroup: 'heroku/acme-shop-recover',
    filter: `pipeline.git.branch == "${branch}"`,
    arguments: { 'app-name': 'acme-shop' },
  };
}
