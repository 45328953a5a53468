import type { RequestEntry } from '../../../src/simulator/index.ts';
import { OP } from '../../support/scripted-memcached.ts';
import type { CaseCache } from './cache.ts';

/** One request of a deployment without faults: what it is, and how to meet it again in another run. */
export interface Place {
  readonly surface: RequestEntry['surface'] | 'cache';
  readonly method: string;
  /** The path, with names for what differs from run to run, and without its query. */
  readonly template: string;
  /** Counting from 1 among the requests of this surface, method and template. */
  readonly nth: number;
  /** How many requests the API got until then, this one included. */
  readonly apiNth: number;
  /** The same of the data API. */
  readonly dataNth: number;
  /** How many requests before it were no mere reads. */
  readonly changes: number;
  /** The migration's dyno has been attached to before, for the last time. */
  readonly afterMigration: boolean;
  /** Whether the push is yet to come. */
  readonly beforePush: boolean;
  readonly phase: string;
}

interface PhaseTimes {
  readonly name: string;
  readonly startedAt: string;
}

/** How a case names a request. */
export function placeName({ method, template, nth }: Place): string {
  return `${method} ${template} #${nth}`;
}

/** All requests of a run, in their order, with the phase that each was made in. */
export function placesOf(
  app: string,
  requests: readonly RequestEntry[],
  phases: readonly PhaseTimes[],
): readonly Place[] {
  const counts = new Map<string, number>();
  const lastPush = requests.findLastIndex(({ surface }) => surface === 'git');
  const attached = requests.findLastIndex(({ surface }) => surface === 'rendezvous');
  let [apiNth, dataNth, changes] = [0, 0, 0];
  return requests.map((entry, index) => {
    const { surface, method, at } = entry;
    const template = templateOf(app, entry.path);
    const key = `${surface} ${method} ${template}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    if (surface === 'api') apiNth += 1;
    if (surface === 'data') dataNth += 1;
    if (method !== 'GET') changes += 1;
    const afterMigration = attached >= 0 && index > attached;
    const phase = phases.findLast((one) => one.startedAt <= at)?.name ?? 'preflight';
    return {
      surface,
      method,
      template,
      nth,
      apiNth,
      dataNth,
      changes,
      afterMigration,
      beforePush: index <= lastPush,
      phase,
    };
  });
}

/** All that the cache was asked for, as {@link placesOf} gives Heroku's requests. */
export function cachePlacesOf(asked: CaseCache['asked'], phases: readonly PhaseTimes[]): readonly Place[] {
  const name = (operation: number): string =>
    Object.entries(OP).find(([, one]) => one === operation)?.[0] ?? `${operation}`;
  return asked.map(({ operation, at }, index) => ({
    surface: 'cache',
    method: name(operation),
    template: 'memcached',
    nth: asked.slice(0, index + 1).filter((one) => one.operation === operation).length,
    apiNth: 0,
    dataNth: 0,
    // Each is one of a kind, and none is a poll.
    changes: index,
    afterMigration: false,
    beforePush: false,
    phase: phases.findLast((one) => one.startedAt <= at)?.name ?? 'preflight',
  }));
}

/**
 * The places without those that are polls like one before: from the third request of one method and template
 * in a phase on.
 */
export function withoutRepeatedPolls(places: readonly Place[]): readonly Place[] {
  const counts = new Map<string, number>();
  return places.filter(({ phase, surface, method, template }) => {
    const key = `${phase} ${surface} ${method} ${template}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return (counts.get(key) ?? 0) <= 2;
  });
}

/** The first of its method and template after each request that changes something. */
export function firstAfterEachChange(places: readonly Place[]): readonly Place[] {
  const seen = new Set<string>();
  return places.filter(({ phase, changes, surface, method, template }) => {
    const key = `${phase} ${changes} ${surface} ${method} ${template}`;
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
}

/** A regular expression for the paths of a template. */
export function patternOf(template: string): string {
  const escaped = template.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // The app that builds for another one has that one's name in its own.
  const named = escaped.replace(/:app\b/g, 'case-\\d+-\\d+').replace(/:\w+/g, '[^/?]+');
  return `^${named}(\\?.*)?$`;
}

function templateOf(app: string, path: string): string {
  return path
    .replace(/\?.*$/, '')
    .replace(app, ':app')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, ':id')
    .replace(/\/run\.\d+/, '/:dyno');
}
