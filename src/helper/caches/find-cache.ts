import { Refusal } from '../errors.ts';
import { Secret } from '../output/secret.ts';
import { checkApiUrl } from './api-url.ts';
import type { Cache, CacheServer } from './cache.ts';

/** Config vars that may belong to a cache, by name. */
export type CacheVars = ReadonlyMap<string, Secret>;
type Environment = Readonly<Record<string, string | undefined>>;

const PARTS = ['SERVERS', 'USERNAME', 'PASSWORD'] as const;
type Part = (typeof PARTS)[number];

/** What a cache's config vars are called: MemCachier's, Memcached Cloud's, and those of an attachment of another name. */
export const CACHE_VAR = /^\w+_(?:SERVERS|USERNAME|PASSWORD|API_URL)$/;
/** Add-ons' own names, a second instance's included (`MEMCACHIER_COPPER`). Of any other name it is only likely. */
const KNOWN = /^MEMCACH\w*$/;
const DEFAULT_PORT = 11_211;

/** Where a cache is looked for. */
export interface Search {
  readonly app: string;
  /** `cache-config-prefix`, or empty. */
  readonly prefix: string;
  /** The app's config vars. */
  readonly vars: CacheVars;
  /** The job's environment: second, because what the app says is what the app uses. */
  readonly environment: Environment;
}

/**
 * The one cache that is meant; undefined where there is none. Nothing is guessed: of several caches none is
 * chosen, and one whose name does not say what it is must be named.
 * @throws Refusal for several caches, and for one whose config vars cannot be used; never with a value.
 */
export function findCache(search: Search): Cache | undefined {
  const fromJob = new Map(
    Object.entries(search.environment)
      .filter((entry): entry is [string, string] => CACHE_VAR.test(entry[0]) && Boolean(entry[1]))
      .map(([name, value]) => [name, new Secret(value)]),
  );
  return (
    findIn({ ...search, source: 'config vars' }) ??
    findIn({ ...search, source: 'environment', vars: fromJob })
  );
}

/** Of config vars that were read to find a cache: what must not be seen. */
export function secretsOf(vars: CacheVars, named: string): readonly Secret[] {
  return [...vars].flatMap(([name, value]) => {
    const [, prefix = ''] = /^(\w+)_(?:USERNAME|PASSWORD)$/.exec(name) ?? [];
    const isOne = prefix !== '' && (prefix === named || KNOWN.test(prefix) || vars.has(`${prefix}_SERVERS`));
    return isOne ? [value] : [];
  });
}

type Place = Search & { readonly source: Cache['foundIn'] };

function findIn(place: Place): Cache | undefined {
  const prefixes = prefixesOf(place.vars);
  if (place.prefix !== '') {
    const named = prefixes.some((one) => one === place.prefix && anyPart(place.vars, one));
    return named ? read(place, place.prefix) : undefined;
  }
  const known = prefixes.filter((one) => KNOWN.test(one) && anyPart(place.vars, one));
  // A job's variables that look like a cache's are nobody's word that the app has one.
  const likely =
    place.source === 'environment'
      ? []
      : prefixes.filter((one) => !KNOWN.test(one) && PARTS.every((part) => place.vars.has(`${one}_${part}`)));
  const [first, ...others] = [...known, ...likely];
  if (first === undefined) return undefined;
  if (known.length === 0) throw mustBeNamed(place, [first, ...others]);
  const caches = [...known, ...likely].map((one) => read(place, one));
  if (new Set(caches.map(identityOf)).size > 1) throw mustBeNamed(place, [first, ...others]);
  return caches[0];
}

function prefixesOf(vars: CacheVars): readonly string[] {
  const names = [...vars.keys()].filter((name) => CACHE_VAR.test(name));
  return [
    ...new Set(names.map((name) => name.replace(/_(?:SERVERS|USERNAME|PASSWORD|API_URL)$/, ''))),
  ].sort();
}

function anyPart(vars: CacheVars, prefix: string): boolean {
  return PARTS.some((part) => vars.has(`${prefix}_${part}`));
}

/** MemCachier's servers are many customers', so it is the user name that tells one cache from another. */
function identityOf({ servers, username }: Cache): string {
  return [...servers.map(({ host, port }) => `${host}:${port}`).sort(), username.reveal()].join(' ');
}

function read(place: Place, prefix: string): Cache {
  const value = (part: Part): string => place.vars.get(`${prefix}_${part}`)?.reveal() ?? '';
  const missing = PARTS.filter((part) => value(part) === '').map((part) => `${prefix}_${part}`);
  if (missing.length > 0) {
    throw unusable(
      place,
      missing.join(', '),
      'not set or empty',
      `Without it the cache ${prefix} cannot be reached.`,
    );
  }
  const credential = (part: 'USERNAME' | 'PASSWORD'): Secret => {
    const text = value(part);
    const wrong = /[\r\n]/.test(text)
      ? 'holds a line break'
      : /[\s\p{Cc}]/u.test(text)
        ? 'holds a space'
        : undefined;
    if (wrong === undefined) return new Secret(text);
    throw unusable(
      place,
      `${prefix}_${part}`,
      wrong,
      'It was probably pasted with it, and no such credential has one.',
    );
  };
  const [username, password] = [credential('USERNAME'), credential('PASSWORD')];
  const servers = parseServers(place, `${prefix}_SERVERS`, value('SERVERS'));
  return { prefix, foundIn: place.source, servers, username, password, api: apiOf(place, prefix, servers) };
}

const ENTRY = /^(?:([A-Za-z0-9][A-Za-z0-9._-]{0,252})|\[([0-9A-Fa-f:.]{2,45})\])(?::(\d{1,5}))?$/;

/** Each address once; an entry is never shown, because somebody may have written a password into it. */
function parseServers(place: Place, name: string, list: string): readonly CacheServer[] {
  const servers = new Map<string, CacheServer>();
  for (const entry of list.split(/[\s,]+/).filter(Boolean)) {
    const [, plain, six, digits] = ENTRY.exec(entry) ?? [];
    const [host, port] = [plain ?? six, digits === undefined ? DEFAULT_PORT : Number(digits)];
    if (host === undefined || port < 1 || port > 65_535) {
      throw unusable(
        place,
        name,
        'holds an entry that is no `host:port`',
        'Servers stand in it with commas or spaces between them.',
      );
    }
    servers.set(`${host}:${port}`, { host, port });
  }
  if (servers.size === 0)
    throw unusable(place, name, 'names no server', 'Servers stand in it as `host:port`.');
  return [...servers.values()];
}

/** Ours tells where to connect, so it comes first. Credentials of another provider must not be sent to MemCachier. */
function apiOf(
  { environment, vars }: Place,
  prefix: string,
  servers: readonly CacheServer[],
): URL | undefined {
  const isMemcachier =
    prefix.startsWith('MEMCACHIER') || servers.every(({ host }) => host.endsWith('.memcachier.com'));
  if (!isMemcachier) return undefined;
  const own = `${prefix}_API_URL`;
  const ours = environment['MEMCACHIER_API_URL']?.trim();
  if (ours) return checkApiUrl('MEMCACHIER_API_URL', ours, environment);
  const theirs = vars.get(own)?.reveal().trim();
  return theirs ? checkApiUrl(own, theirs, environment) : undefined;
}

function mustBeNamed({ app, source }: Place, prefixes: readonly string[]): Refusal {
  const names = prefixes.map((one) => `${one}_*`).join(', ');
  return new Refusal({
    what:
      prefixes.length === 1
        ? `cache-config-prefix: whether ${names} of ${app} is a cache is not certain.`
        : `cache-config-prefix: more than one cache is found in the ${source} of ${app}: ${names}.`,
    why: 'Which one is meant is not guessed: flushing the wrong one cannot be taken back. Nothing was flushed.',
    next: `Set \`cache-config-prefix\` to the one that is to be flushed: ${prefixes.join(' or ')}.`,
    parameter: 'cache-config-prefix',
  });
}

function unusable({ app, source }: Place, names: string, wrong: string, why: string): Refusal {
  return new Refusal({
    what: `The cache of ${app} cannot be flushed: ${source === 'config vars' ? 'config var' : 'environment variable'} ${names} ${wrong.startsWith('not') ? 'is ' : ''}${wrong}.`,
    why: `${why} Nothing was flushed.`,
    next:
      source === 'config vars'
        ? `Look at it with \`heroku config:get ${names.split(',')[0]} -a ${app}\` and correct it.`
        : 'Correct it in the context or the project settings that the job gets it from.',
    parameter: 'cache-config-prefix',
  });
}
