import type { ParameterDefinition } from '../definition.ts';
import { checkConfigPrefix } from '../rules.ts';
import { DEPLOYING } from './commands-of.ts';

/** What closes a window or releases without one. */
const FLUSHING = [...DEPLOYING, 'window close'] as const;

/** Flushing caches. */
export const CACHES = [
  {
    name: 'flush-cache',
    type: 'boolean',
    default: false,
    description:
      'Flush the app’s memcached add-on (MemCachier, Memcached Cloud): behind the page where there is a window, after the release otherwise. Each server has to prove it. Where there is no such add-on or it cannot be reached, it is refused before anything is touched; a flush that fails later is exit 5.',
    commands: FLUSHING,
  },
  {
    name: 'cache-config-prefix',
    type: 'string',
    default: '',
    description:
      'What the config vars of the cache begin with, such as `MEMCACHIER` or, for an attachment of another name, `CACHE` (`CACHE_SERVERS`, `CACHE_USERNAME`, `CACHE_PASSWORD`). Needed where there are several caches. They are read from the app, else from the job’s environment.',
    commands: [...FLUSHING, 'flush-cache'],
    check: checkConfigPrefix,
  },
  {
    name: 'flush-command',
    type: 'string',
    default: '',
    description:
      'A command that clears any other cache, such as `rails runner Rails.cache.clear`, run in a one-off dyno of the current release; where memcached is flushed too, after that. A deployment, and the closing of a window, do so without `flush-cache` as well. Its limit is `migrate-timeout`. The dyno’s shell reads it, so variables in it are the app’s.',
    commands: [...FLUSHING, 'flush-cache'],
    verbatim: true,
  },
  {
    name: 'if-present',
    type: 'boolean',
    default: false,
    description:
      'Succeed where the app has no cache add-on and no `flush-command` is given, for one job on many apps.',
    commands: ['flush-cache'],
  },
] as const satisfies readonly ParameterDefinition[];
