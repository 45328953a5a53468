import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperJob } from './helper-job.ts';

/** Follows a deployment that failed or was cancelled; it needs no checkout. */
export function recoverJob(context: OrbContext): OrbElement {
  return helperJob(
    {
      name: 'recover',
      helper: 'recover',
      description:
        'Put back what a cancelled or lost run has left. Let it follow the deploying job with `requires: [{deploy: [failed, canceled]}]`, with the same `context` and `app-name`, and switch *auto-cancel redundant workflows* off where you deploy from another branch than the default one, because it would cancel this job too.',
    },
    context,
  );
}
