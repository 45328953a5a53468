import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperJob } from './helper-job.ts';

/** Stands before an approval; it needs no checkout. */
export function openWindowJob(context: OrbContext): OrbElement {
  return helperJob(
    {
      name: 'open-window',
      helper: 'window open',
      description:
        'Open a maintenance window on a Heroku app and leave it open, for a migration performed by hand. Follow it with a job of type `approval` and with `close-window`, which finds in the cache how the app was.',
    },
    context,
  );
}
