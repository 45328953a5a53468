import { describeUnflushed, flushAll, noCache, readCache } from '../caches/flush.ts';
import { Failure } from '../errors.ts';
import type { Settings } from '../../parameters/index.ts';
import type { Act, Done } from './act.ts';

const WITHOUT = 'Where the app need not have one, give `if-present`.';

/**
 * Flushes the app's cache and runs `flush-command`, each where there is one.
 * @throws Refusal where there is neither, unless `if-present`, and where the cache cannot be used or chosen.
 */
export async function flushCache(act: Act<Settings<'flush-cache'>>): Promise<Done> {
  const { settings } = act;
  const { 'app-name': app, 'cache-config-prefix': prefix, 'flush-command': command } = settings;
  const cache = await readCache(act);
  if (cache === undefined && (command === '' || prefix !== '')) {
    if (!settings['if-present']) throw noCache(settings, WITHOUT);
    if (command === '') return { what: `${app} has no cache to flush; nothing was changed.`, caches: [] };
  }
  const caches = await flushAll({ ...act, evenInterrupted: false }, cache);
  const parts = describeUnflushed(settings, caches);
  if (parts === undefined) {
    return { what: `Flushed: ${caches.map((one) => one.cache).join(', ')}.`, caches };
  }
  const next = 'Mend what is named, and run it again: flushing twice does no harm.';
  return { what: parts.what, caches, error: new Failure({ ...parts, next }) };
}
