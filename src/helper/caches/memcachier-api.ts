import { number, object, safeParse } from 'valibot';
import { NetworkFault } from '../heroku/network-fault.ts';
import { Cutoff } from '../heroku/cutoff.ts';
import { Wire, type WireAnswer } from '../heroku/wire.ts';
import type { Cache } from './cache.ts';
import { CacheFault } from './session.ts';

const loginShape = object({ cache_id: number() });

/**
 * Flushes a cache by MemCachier's HTTP API (MemCachier: Analytics API V2): 204 is the only answer that says so. An
 * address without a cache's id asks the older version of the API for it.
 * @throws CacheFault.
 */
export async function flushByApi(
  cache: Pick<Cache, 'username' | 'password'> & { readonly api: URL },
  cut: AbortSignal,
): Promise<void> {
  const wire = new Wire();
  try {
    const path = cache.api.pathname === '/' ? await askForId(wire, cache, cut) : cache.api.pathname;
    const { status } = await send(wire, 'POST', `${path}/flush`, cache, cut);
    if (status !== 204) throw refusal(status);
  } finally {
    wire.close();
  }
}

async function askForId(
  wire: Wire,
  cache: Parameters<typeof flushByApi>[0],
  cut: AbortSignal,
): Promise<string> {
  const { status, text } = await send(wire, 'GET', '/api/v1/login', cache, cut);
  if (status !== 200) throw refusal(status);
  const read = safeParse(loginShape, parse(text));
  if (read.success) return `/api/v2/caches/${read.output.cache_id}`;
  throw new CacheFault('was not flushed: MemCachier’s API does not tell the id of the cache', 'refused');
}

async function send(
  wire: Wire,
  method: string,
  path: string,
  { api, username, password }: Parameters<typeof flushByApi>[0],
  cut: AbortSignal,
): Promise<WireAnswer> {
  const basic = Buffer.from(`${username.reveal()}:${password.reveal()}`).toString('base64');
  const headers = { Authorization: `Basic ${basic}`, Accept: 'application/json' };
  try {
    const url = new URL(path, api);
    return await wire.exchange({ method, url, headers, ownConnection: true }, new Cutoff({ signals: [cut] }));
  } catch (error) {
    if (cut.aborted) throw cut.reason;
    if (!(error instanceof NetworkFault)) throw error;
    throw new CacheFault(
      `was not flushed: MemCachier’s API gave no answer (${error.message})`,
      'unreachable',
    );
  }
}

function refusal(status: number): CacheFault {
  const why =
    {
      401: 'bad user name or password',
      403: 'the credentials lack the API capability',
      404: 'no such cache',
    }[status] ?? 'it flushed nothing';
  const kind = status >= 500 || status === 429 ? 'unreachable' : 'refused';
  return new CacheFault(`was not flushed: MemCachier’s API answered ${status}: ${why}`, kind);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whatever it is instead, it has no id.
    return undefined;
  }
}
