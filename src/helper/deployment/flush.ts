import type { Cache, Flushed } from '../caches/cache.ts';
import {
  describeUnflushed,
  flushAll,
  type Flushing,
  noCache,
  readCache,
  requireFlushable,
} from '../caches/flush.ts';
import { type ErrorParts, HerokuCdError, partsOf, Refusal } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import type { Settings } from '../../parameters/index.ts';
import type { Progress, Run } from './deploy-state.ts';
import type { Ports } from './ports.ts';
import type { Act } from './shipping.ts';

const WITHOUT = 'Where the app has no cache, take `flush-cache` out.';

/** What this deployment flushes. */
export interface FlushPlan {
  readonly cache: Cache | undefined;
  /** `flush-command`, or empty. */
  readonly command: string;
}

interface Planning {
  readonly ports: Ports;
  readonly settings: Flushing['settings'] & Pick<Settings<'plan'>, 'flush-cache'>;
}

/**
 * Finds the cache and logs in to its servers, so that what could not be flushed in the end is refused before anything
 * is touched. `flush-command` alone is enough for the phase.
 * @throws Refusal.
 */
export async function planFlush({ ports, settings }: Planning): Promise<FlushPlan | undefined> {
  const { 'flush-command': command, 'cache-config-prefix': prefix } = settings;
  if (!settings['flush-cache']) {
    if (prefix === '') return command === '' ? undefined : { cache: undefined, command };
    throw new Refusal({
      what: 'cache-config-prefix: there is no flush that it could belong to.',
      next: 'Set `flush-cache`, or leave it out.',
      parameter: 'cache-config-prefix',
    });
  }
  const cache = await readCache({ ports, settings });
  if (cache !== undefined) await requireFlushable({ ports, settings }, cache);
  else if (command === '' || prefix !== '') throw noCache(settings, WITHOUT);
  return { cache, command };
}

/** The acts of {@link flushCaches}, for `plan`. */
export function describeFlush(app: string, { cache, command }: FlushPlan): readonly Act[] {
  const undo = 'nothing: the app fills its caches again';
  const call = cache?.api === undefined ? 'memcached flush_all' : 'POST …/flush of MemCachier’s API';
  return [
    ...(cache === undefined
      ? []
      : [
          {
            call: `${call} (${cache.prefix}_SERVERS)`,
            what: `flush ${cache.servers.length} cache servers`,
            undo,
          },
        ]),
    ...(command === ''
      ? []
      : [
          {
            call: `POST /apps/${app}/dynos {"command":${JSON.stringify(command)}}`,
            what: 'clear caches in a one-off dyno',
            undo,
          },
        ]),
  ];
}

/**
 * The phase. What could not be flushed takes nothing back and stops nothing: it is kept in `progress.unflushed`, and
 * told once the window is closed and the app serves.
 * @throws The signal's reason, where the run can be taken back still.
 */
export async function flushCaches(run: Run, progress: Progress): Promise<void> {
  if (progress.before?.flush === undefined || progress.caches !== undefined) return;
  progress.caches = [];
  try {
    await run.phases.run('flush caches', () => flush(run, progress));
  } catch (error) {
    if (run.ports.signal.aborted && progress.noWayBack === undefined) throw error;
    progress.unflushed = new HerokuCdError('incomplete', {
      ...partsOfAny(error),
      next: nextOf(run.settings),
    });
  }
}

/** Once more, for code that serves again: what its successor has cached is not for it. Gives what was not flushed. */
export async function flushAgain(run: Run, progress: Progress): Promise<HerokuCdError | undefined> {
  delete progress.caches;
  delete progress.unflushed;
  await flushCaches(run, progress);
  return warned(run, progress);
}

function warned({ ports }: Run, { unflushed }: Progress): HerokuCdError | undefined {
  if (unflushed !== undefined) ports.log.warn(`${unflushed.what} That does it: ${unflushed.next ?? ''}`);
  return unflushed;
}

/**
 * Where the run has ended before it came to flushing, and its code serves or is to serve all the same: what is told
 * beside that end.
 */
export function neverFlushed(
  run: Run,
  { before, caches }: Progress,
  commit?: string,
): HerokuCdError | undefined {
  if (before?.flush === undefined || caches !== undefined || commit !== before.clone.commit) return undefined;
  const next = nextOf(run.settings);
  return new HerokuCdError('incomplete', {
    what: `The caches were not flushed; that does it: ${next}`,
    next,
  });
}

async function flush({ ports, settings, budget }: Run, progress: Progress): Promise<void> {
  // Once there is no way back, a signal stops the dyno of `flush-command`, and nothing else.
  const flushing = { ports, settings, budget, evenInterrupted: progress.noWayBack === true };
  const all = await flushPlanned(flushing, progress.before?.flush);
  progress.caches = flushedOf(all);
  const parts = describeUnflushed(settings, all);
  if (parts !== undefined) throw new HerokuCdError('incomplete', parts);
  await progress.journal?.note({ unflushed: false });
}

async function flushPlanned(
  flushing: Flushing & Planning,
  plan: FlushPlan | undefined,
): Promise<readonly Flushed[]> {
  const { ports, settings } = flushing;
  let cache: Cache | undefined;
  if (settings['flush-cache']) {
    cache = await readCache({ settings, ports: { ...ports, heroku: ports.closingHeroku } });
    if (cache === undefined && plan?.cache !== undefined) throw noCache(settings, WITHOUT);
  }
  return flushAll(flushing, cache);
}

/** Each with how that is known. */
function flushedOf(all: readonly Flushed[]): readonly string[] {
  return all.filter(({ flushed }) => flushed).map(({ cache, how }) => `${cache}: ${how}`);
}

/** Whatever happens on the way, the window that this is done in is closed: what was flushed, and what was not. */
export async function flushBeforeOpening(
  { ports, settings, budget }: Omit<Flushing, 'evenInterrupted'> & Planning,
  plan: FlushPlan,
): Promise<{ readonly caches: readonly string[]; readonly unflushed?: HerokuCdError }> {
  const unflushed = (parts: ErrorParts): HerokuCdError =>
    new HerokuCdError('incomplete', { ...parts, next: nextOf(settings) });
  try {
    const all = await flushPlanned({ ports, settings, budget, evenInterrupted: true }, plan);
    const parts = describeUnflushed(settings, all);
    const caches = flushedOf(all);
    return parts === undefined ? { caches } : { caches, unflushed: unflushed(parts) };
  } catch (error) {
    return { caches: [], unflushed: unflushed(partsOfAny(error)) };
  }
}

function partsOfAny(error: unknown): ErrorParts {
  return error instanceof HerokuCdError ? partsOf(error) : { what: messageOf(error), cause: error };
}

function nextOf(settings: Planning['settings']): string {
  const { 'app-name': app, 'cache-config-prefix': prefix, 'flush-command': command } = settings;
  const line = `'${command.replaceAll("'", `'\\''`)}'`;
  if (!settings['flush-cache']) return `heroku-cd run --app-name ${app} -- ${line}`;
  return [
    `heroku-cd flush-cache --app-name ${app}`,
    ...(prefix === '' ? [] : [`--cache-config-prefix ${prefix}`]),
    ...(command === '' ? [] : [`--flush-command ${line}`]),
  ].join(' ');
}
