import { readDocument } from '../document/read.ts';
import { placeOf } from '../document/places.ts';
import type { Frame } from './frame.ts';
import { Scope } from './scope.ts';
import { isMapping, member } from './values.ts';
import type { Mapping } from './values.ts';

/** The text of a local orb, and the file name that errors speak of. */
export interface OrbSource {
  readonly text: string;
  readonly file: string;
}

/**
 * Local orbs by what the configuration calls them: its alias (`heroku`), the orb's name with or without version
 * (`acme/heroku`, `acme/heroku@1.2.3`) or a URL orb's address.
 */
export type OrbSources = Readonly<Record<string, OrbSource>>;

const ORB_KEYS = ['version', 'description', 'display', 'orbs', 'commands', 'jobs', 'executors', 'examples'];

/**
 * Makes the scope of a document and of every orb it imports, inner ones too.
 * @throws ConfigError for an orb that is neither inline nor mapped to a file, and for orbs that import each other.
 */
export function loadScope(
  document: Mapping,
  path: string,
  sources: OrbSources,
  frameOf: (scope: Scope) => Frame,
  open: readonly string[] = [],
): Scope {
  const scope = new Scope(document, path);
  const frame = frameOf(scope);
  const orbs = member(document, 'orbs');
  if (orbs === undefined || orbs === null) return scope;
  if (!isMapping(orbs)) {
    throw frame.fail("'orbs' is a map of names to orbs.", { place: placeOf(document, 'orbs') });
  }
  for (const [alias, raw] of Object.entries(orbs)) {
    const at = frame.into(`orb ${path === '' ? alias : `${path}/${alias}`}`, placeOf(orbs, alias));
    const reference = typeof raw === 'string' ? at.resolve(raw) : raw;
    const mapped =
      typeof reference === 'string' ? localOrb(alias, reference, sources, path) : own(sources, alias, path);
    const key = typeof reference === 'string' ? reference : '';
    if (key !== '' && open.includes(key)) {
      throw at.fail(`The orb imports itself: ${[...open, key].join(' -> ')}`);
    }
    const value = mapped === undefined ? reference : readOrb(mapped);
    if (!isMapping(value)) {
      throw at.fail(unmapped(alias, reference));
    }
    checkKeys(value, at);
    const inner = path === '' ? alias : `${path}/${alias}`;
    scope.orbs.set(alias, loadScope(value, inner, sources, frameOf, key === '' ? open : [...open, key]));
  }
  return scope;
}

/** The orbs that were read last, by file: a workflow's jobs, and the rehearsals of one process, use the same ones. */
const known = new Map<string, { readonly text: string; readonly value: unknown }>();
const KNOWN_LIMIT = 20;

function readOrb({ text, file }: OrbSource): unknown {
  const before = known.get(file);
  if (before?.text === text) return before.value;
  const value = readDocument(text, file);
  if (known.size >= KNOWN_LIMIT) known.clear();
  known.set(file, { text, value });
  return value;
}

function own(sources: OrbSources, name: string, path: string): OrbSource | undefined {
  // An alias is a word of the configuration; inside an orb the same word may mean another orb.
  return path === '' && Object.hasOwn(sources, name) ? sources[name] : undefined;
}

function localOrb(
  alias: string,
  reference: string,
  sources: OrbSources,
  path: string,
): OrbSource | undefined {
  const [name = reference] = reference.split('@');
  const wanted = [reference, ...(reference.includes('://') ? [] : [name])];
  const key = wanted.find((candidate) => Object.hasOwn(sources, candidate));
  return key === undefined ? own(sources, alias, path) : sources[key];
}

function unmapped(alias: string, reference: unknown): string {
  if (typeof reference !== 'string') {
    return 'An orb is a reference such as namespace/orb@1.2.3, an address, or a map.';
  }
  const [name = reference] = reference.split('@');
  const key = reference.includes('://') ? alias : name;
  return (
    `The orb ${reference} is not on this machine: a rehearsal reads no registry. ` +
    `Name its packed file with --orb ${key}=path/to/orb.yml`
  );
}

function checkKeys(orb: Mapping, frame: Frame): void {
  const unknown = Object.keys(orb).find((key) => !ORB_KEYS.includes(key));
  if (unknown !== undefined) {
    throw frame.fail(`An orb has no key '${unknown}'.`, { place: placeOf(orb, unknown) });
  }
}
