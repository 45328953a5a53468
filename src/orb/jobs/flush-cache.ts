import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperJob } from './helper-job.ts';

/** For a cache that is to be flushed by itself; it needs no checkout. */
export function flushCacheJob(context: OrbContext): OrbElement {
  return helperJob(
    {
      name: 'flush-cache',
      helper: 'flush-cache',
      description:
        'Flush the memcached add-on of a Heroku app, every server with a proof, and clear any other cache by `flush-command`. Give the job the `context` of the job that deploys. It deploys nothing: a deployment flushes with its own `flush-cache`.',
    },
    context,
  );
}
