import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';

/** Flushes the app's caches, and nothing else. */
export function flushCacheCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'flush-cache',
      helper: 'flush-cache',
      description:
        'Flush the memcached add-on of a Heroku app (MemCachier, Memcached Cloud), and succeed only once every server has proven it: a probe key that was there before must be gone. `flush-command` clears any other cache, in a one-off dyno. As a phase of a deployment it is `flush-cache: true` of `deploy` and `maintenance-wrapped-migrate`.',
      step: 'Flush the caches',
    },
    context,
  );
}
