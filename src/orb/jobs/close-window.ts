import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperJob } from './helper-job.ts';

/** Stands behind an approval; it needs no checkout. */
export function closeWindowJob(context: OrbContext): OrbElement {
  return helperJob(
    {
      name: 'close-window',
      helper: 'window close',
      description:
        'Close the window that an `open-window` job has opened, once somebody has approved: dynos restarted, processes back exactly as they were found, page off.',
    },
    context,
  );
}
