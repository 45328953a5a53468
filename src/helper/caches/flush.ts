import type { Settings } from '../../parameters/index.ts';
import type { Ports } from '../deployment/ports.ts';
import { type ErrorParts, Refusal } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import { runOneOff } from '../one-off/index.ts';
import type { Budget } from '../time/budget.ts';
import type { Cache, Flushed } from './cache.ts';
import { CACHE_VAR, findCache, secretsOf } from './find-cache.ts';
import { checkMemcached, flushMemcached } from './memcached.ts';

/** What flushing works with. */
export interface Flushing {
  readonly ports: Pick<Ports, 'heroku' | 'closingHeroku' | 'clock' | 'log' | 'environment' | 'signal'>;
  readonly settings: Pick<
    Settings<'flush-cache'>,
    'app-name' | 'cache-config-prefix' | 'flush-command' | 'migrate-timeout'
  >;
  readonly budget: Budget;
  /** A signal stops the dyno of `flush-command` alone; what became of it all is told. */
  readonly evenInterrupted: boolean;
}

/** For one server, from the connection to the proof. */
const SERVER_LIMIT_MS = 20_000;
/** Before anything is touched a slow server is as good as none. */
const CHECK_LIMIT_MS = 10_000;
/** Where the deadline leaves nothing: of the time that is kept for closing. */
const LEAST_MS = 5_000;

const COMMANDS = '`rails runner Rails.cache.clear` or `python manage.py clear_cache`';

/**
 * The cache of the app that is meant, as its config vars are at this moment: its add-on may have changed them since
 * they were read last. Undefined where there is none.
 * @throws Refusal where there are several, or one that cannot be used.
 */
export async function readCache({
  ports: { heroku, log, environment },
  settings,
}: Pick<Flushing, 'ports' | 'settings'>): Promise<Cache | undefined> {
  const app = settings['app-name'];
  const prefix = settings['cache-config-prefix'];
  const vars = await heroku.configValues(app, CACHE_VAR);
  for (const secret of secretsOf(vars, prefix)) log.addSecret(secret.reveal());
  const cache = findCache({ app, prefix, vars, environment });
  for (const secret of cache === undefined ? [] : [cache.username, cache.password]) {
    log.addSecret(secret.reveal());
  }
  return cache;
}

/** There is nothing to flush, and this is why; `without` is what to do where the app is to have no cache. */
export function noCache(settings: Flushing['settings'], without: string): Refusal {
  const { 'app-name': app, 'cache-config-prefix': prefix } = settings;
  const wanted = prefix === '' ? 'MEMCACHIER_* or MEMCACHEDCLOUD_*' : `${prefix}_*`;
  return new Refusal({
    what: `cache-config-prefix: no cache of ${app} is found.`,
    why: `Neither its config vars nor the job’s environment have ${wanted} (_SERVERS, _USERNAME, _PASSWORD).`,
    next: `${without} Otherwise name the cache’s config vars by \`cache-config-prefix\`, or clear any other cache by \`flush-command\`, such as ${COMMANDS}.`,
    parameter: 'cache-config-prefix',
  });
}

/**
 * Logs in to every server before anything is touched. With MemCachier's API the servers need not be reached.
 * @throws Refusal that names each one that could not be flushed.
 */
export async function requireFlushable(
  { ports, settings }: Pick<Flushing, 'ports' | 'settings'>,
  cache: Cache,
): Promise<void> {
  if (cache.api !== undefined) return;
  const faults = await checkMemcached(ports, cache, CHECK_LIMIT_MS);
  if (faults.length === 0) return;
  throw new Refusal({
    what: `flush-cache: the cache ${cache.prefix} of ${settings['app-name']} could not be flushed: ${faults.join('; ')}.`,
    why: 'Nothing was changed.',
    next: `Look whether its add-on works and its config vars are right. A cache that cannot be reached from here is cleared in a dyno by \`flush-command\` in place of \`flush-cache\`, such as ${COMMANDS}.`,
    parameter: 'flush-cache',
  });
}

/**
 * Flushes the cache where there is one, and then runs `flush-command` where there is one, whatever became of the other.
 * @throws The signal's reason.
 */
export async function flushAll(flushing: Flushing, cache: Cache | undefined): Promise<readonly Flushed[]> {
  const { ports, settings, budget, evenInterrupted } = flushing;
  const all: Flushed[] = [];
  if (cache !== undefined) {
    const count = cache.servers.length;
    ports.log.info(
      `Flushing the cache ${cache.prefix} of ${settings['app-name']} (from the ${cache.foundIn}): ${count} server${count === 1 ? '' : 's'}.`,
    );
    const { clock, log, signal } = ports;
    const limit = budget.limit({ ms: SERVER_LIMIT_MS, parameter: 'deadline' });
    const ms = Math.max(LEAST_MS, limit.ms);
    const flushed = await flushMemcached({ clock, log, ...(evenInterrupted ? {} : { signal }) }, cache, ms);
    all.push(...tell(flushing, flushed));
  }
  if (settings['flush-command'] !== '') all.push(...tell(flushing, [await runCommand(flushing)]));
  if (!evenInterrupted) ports.signal.throwIfAborted();
  return all;
}

function tell({ ports: { log } }: Flushing, flushed: readonly Flushed[]): readonly Flushed[] {
  for (const one of flushed) {
    if (one.flushed) log.info(`${one.cache}: ${one.how}.`);
    else log.warn(`${one.cache} ${one.how}.`);
  }
  return flushed;
}

async function runCommand({ ports, settings, budget }: Flushing): Promise<Flushed> {
  const { 'app-name': app, 'flush-command': command } = settings;
  const limit = budget.limit({ ms: settings['migrate-timeout'], parameter: 'migrate-timeout' });
  ports.log.info(`Running on ${app}: ${command}`);
  const outcome = await runOneOff(ports, {
    app,
    command,
    timeToLiveSeconds: Math.min(86_400, Math.ceil(limit.ms / 1000) + 60),
    limit,
    onLines: (lines) => ports.log.output('flush', lines),
  });
  const failed = (how: string): Flushed => ({ cache: 'flush-command', flushed: false, how });
  switch (outcome.kind) {
    case 'not-started':
      return failed(`was not run: ${messageOf(outcome.error)}`);
    case 'unknown':
      return failed(`may have run or not: ${outcome.why}`);
    case 'exited': {
      const { exitStatus, stop } = outcome;
      if (exitStatus === 0) return { cache: 'flush-command', flushed: true, how: 'ended with exit status 0' };
      return failed(
        stop?.by === 'limit'
          ? `was stopped: ${stop.error.message}`
          : `ended with exit status ${exitStatus}; its output above says why`,
      );
    }
  }
}

/** The parts of the error that tells what was not flushed; undefined where everything was. */
export function describeUnflushed(
  settings: Flushing['settings'],
  all: readonly Flushed[],
): ErrorParts | undefined {
  const not = all.filter(({ flushed }) => !flushed);
  if (not.length === 0) return undefined;
  const done = all.filter(({ flushed }) => flushed).map(({ cache }) => cache);
  const hint = `A cache that cannot be reached from here can be cleared in a dyno by \`flush-command\`, such as ${COMMANDS}.`;
  return {
    what: `${done.length === 0 ? 'No cache' : 'Not every cache'} of ${settings['app-name']} was flushed: ${not.map(({ cache, how }) => `${cache} ${how}`).join('; ')}.`,
    why: [
      done.length === 0 ? '' : `Flushed: ${done.join(', ')}.`,
      not.some(({ unreachable }) => unreachable) ? hint : '',
    ]
      .filter(Boolean)
      .join(' '),
  };
}
