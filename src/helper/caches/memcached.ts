import { randomBytes } from 'node:crypto';
import { messageOf } from '../output/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { formatDuration } from '../time/format.ts';
import { addressOf, type Cache, type CacheServer, type Flushed } from './cache.ts';
import { flushByApi } from './memcachier-api.ts';
import { type Ask, CacheFault, OPERATION, STATUS, withServer } from './session.ts';

/** What flushing reaches the world by. */
export interface FlushPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Absent where nothing may stop it any more. */
  readonly signal?: AbortSignal | undefined;
}

const TRIES = 3;
const PAUSE_MS = 1_000;
/** A cluster may need a moment until a flush has come around. */
const LOOKS = 4;
const LOOK_PAUSE_MS = 500;
/** Seconds after which a probe that nobody could flush is gone by itself. */
const PROBE_LIFE_S = 120;

/**
 * Flushes every server of a cache, all at the same time, each over a connection of its own and within the limit. A
 * server counts as flushed when a probe, which was read back from it before, is not there any more.
 * @throws The signal's reason.
 */
export async function flushMemcached(
  ports: FlushPorts,
  cache: Cache,
  limitMs: number,
): Promise<readonly Flushed[]> {
  const flushed = await (cache.api === undefined
    ? Promise.all(cache.servers.map((server) => flushServer(ports, cache, server, limitMs)))
    : flushThroughApi(ports, { ...cache, api: cache.api }, limitMs));
  ports.signal?.throwIfAborted();
  return flushed;
}

/** Logs in to every server, and changes nothing: what keeps it from being flushed, one line for each. */
export async function checkMemcached(
  ports: FlushPorts,
  cache: Cache,
  limitMs: number,
): Promise<readonly string[]> {
  const faults = await Promise.all(
    cache.servers.map(async (server) => {
      const fault = await attempt(ports, cache, server, limitMs, (ask) =>
        ask(OPERATION.get, { key: newProbe() }),
      );
      return fault instanceof CacheFault ? [`${addressOf(server)} ${fault.message}`] : [];
    }),
  );
  ports.signal?.throwIfAborted();
  return faults.flat();
}

async function flushServer(
  ports: FlushPorts,
  cache: Cache,
  server: CacheServer,
  limitMs: number,
): Promise<Flushed> {
  const result = await attempt(ports, cache, server, limitMs, async (ask) => {
    const probe = newProbe();
    await setProbe(ask, probe);
    expectOk(await ask(OPERATION.flush, {}), 'the flush');
    await requireGone(ports, ask, probe);
    return 'flushed, proven by a probe key that is gone';
  });
  return told(cache, server, result);
}

/** The API flushes all servers at once; where they can be reached, each of them has to prove it. */
async function flushThroughApi(
  ports: FlushPorts,
  cache: Cache & { readonly api: URL },
  limitMs: number,
): Promise<readonly Flushed[]> {
  const probed = await Promise.all(
    cache.servers.map(async (server) => {
      const probe = newProbe();
      const fault = await attempt(ports, cache, server, limitMs, (ask) => setProbe(ask, probe));
      return { server, probe, fault };
    }),
  );
  ports.signal?.throwIfAborted();
  const refused = await attemptAll(ports, limitMs, (cut) => flushByApi(cache, cut));
  return Promise.all(
    probed.map(async ({ server, probe, fault }) => {
      if (refused instanceof CacheFault) return told(cache, server, refused);
      if (fault instanceof CacheFault) {
        const how = `flushed, as MemCachier’s API says; not proven, because the server ${fault.message}`;
        ports.log.warn(`${addressOf(server)}: ${how}.`);
        return told(cache, server, how);
      }
      const gone = await attempt(ports, cache, server, limitMs, async (ask) => {
        await requireGone(ports, ask, probe);
        return 'flushed by MemCachier’s API, proven by a probe key that is gone';
      });
      return told(cache, server, gone);
    }),
  );
}

function told({ prefix }: Cache, server: CacheServer, result: string | CacheFault): Flushed {
  const cache = `${addressOf(server)} (${prefix})`;
  return typeof result === 'string'
    ? { cache, flushed: true, how: result }
    : {
        cache,
        flushed: false,
        how: result.message,
        ...(result.kind === 'unreachable' ? { unreachable: true } : {}),
      };
}

function newProbe(): string {
  return `heroku-cd-probe-${randomBytes(12).toString('hex')}`;
}

/** Without having been there, a probe that is not there proves nothing. */
async function setProbe(ask: Ask, probe: string): Promise<void> {
  const extras = Buffer.alloc(8);
  extras.writeUInt32BE(PROBE_LIFE_S, 4);
  expectOk(await ask(OPERATION.set, { key: probe, extras, value: probe }), 'the probe key');
  const read = await ask(OPERATION.get, { key: probe });
  if (read.status === STATUS.ok && read.value === probe) return;
  throw new CacheFault('did not keep the probe key, so that no flush of it could be proven', 'refused');
}

async function requireGone({ clock, signal }: FlushPorts, ask: Ask, probe: string): Promise<void> {
  for (let look = 1; ; look += 1) {
    const { status } = await ask(OPERATION.get, { key: probe });
    if (status === STATUS.notFound) return;
    if (status !== STATUS.ok) expectOk({ status }, 'the question for the probe key');
    if (look === LOOKS) break;
    await clock.sleep(LOOK_PAUSE_MS, signal);
  }
  throw new CacheFault(
    'says that it is flushed, and still has the probe key: nothing was flushed',
    'refused',
  );
}

function expectOk({ status }: { readonly status: number }, what: string): void {
  if (status === STATUS.ok) return;
  const code = `0x${status.toString(16).padStart(4, '0')}`;
  throw new CacheFault(`answered ${what} with status ${code}`, 'refused');
}

/** Works with one server, again where the connection failed. Gives the fault that stayed. */
function attempt<T>(
  ports: FlushPorts,
  cache: Cache,
  server: CacheServer,
  limitMs: number,
  work: (ask: Ask) => Promise<T>,
): Promise<T | CacheFault> {
  return attemptAll(ports, limitMs, (cut) => withServer(server, cache, cut, work));
}

async function attemptAll<T>(
  { clock, signal }: FlushPorts,
  limitMs: number,
  work: (cut: AbortSignal) => Promise<T>,
): Promise<T | CacheFault> {
  const late = new CacheFault(`did not answer within ${formatDuration(limitMs)}`, 'unreachable');
  const over = new AbortController();
  const cut = new AbortController();
  const stop = (): void => cut.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  // Rejected only when the work is over, which is when nobody waits for it any more.
  clock.sleep(limitMs, over.signal).then(
    () => cut.abort(late),
    () => undefined,
  );
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work(cut.signal);
      } catch (error) {
        const isPassing = error instanceof CacheFault && error.kind === 'unreachable' && error !== late;
        if (!isPassing || tries === TRIES) throw error;
        // Cut short, it has nothing to tell: the fault before it has.
        await clock.sleep(PAUSE_MS, cut.signal).catch(() => undefined);
        if (cut.signal.aborted) throw error;
      }
    }
  } catch (error) {
    if (error instanceof CacheFault) return error;
    if (signal?.aborted) return new CacheFault(`was left: ${messageOf(signal.reason)}`, 'unreachable');
    throw error;
  } finally {
    over.abort();
    signal?.removeEventListener('abort', stop);
  }
}
