import type { LocalHeroku } from '../../../src/simulator/index.ts';
import type { CaseCache } from './cache.ts';
import { patternOf } from './requests.ts';

type App = LocalHeroku['platform']['apps']['all'][number];
type Action = Parameters<LocalHeroku['control']['act']>[1];

/** What somebody else does to the app as soon as a request has been answered. */
export interface Interference {
  readonly after: { readonly method: string; readonly template: string; readonly nth: number };
  readonly action: Action;
}

/** What was the case at moments that count, whatever came afterwards. */
export interface Moments {
  /** When a one-off dyno started its command. */
  readonly starts: {
    readonly name: string;
    readonly maintenance: boolean;
    readonly others: readonly string[];
  }[];
  /** When the database began to be restored: all processes that were there. */
  readonly restores: { readonly running: readonly string[] }[];
  /** When the page came off: web dynos that were not up on the current release then. */
  readonly openings: { readonly notUp: readonly string[]; readonly cached: boolean }[];
  /** When the cache was told to forget everything. */
  readonly flushes: { readonly maintenance: boolean; readonly running: readonly string[] }[];
}

/** Watches an app while a run is at work on it, and interferes where it is told to. Returns what ends that. */
export function watch(
  { platform, control }: LocalHeroku,
  app: App,
  moments: Moments,
  interferences: readonly Interference[] = [],
  cache?: CaseCache,
): () => void {
  const known = new Set<string>();
  const done = new Set<Interference>();
  let page = app.maintenance;
  if (cache !== undefined) {
    cache.onFlush = () => {
      const running = runningOneOffs(platform, app).map(({ name }) => name);
      moments.flushes.push({ maintenance: app.maintenance, running });
    };
  }
  return platform.changes.subscribe(() => {
    for (const { dyno, state } of platform.oneOffs.of(app)) {
      if (state !== 'running' || known.has(dyno.id)) continue;
      known.add(dyno.id);
      const others = app.dynos.filter(
        (one) => one.oneOff === undefined && one.type !== 'web' && !one.replaced,
      );
      moments.starts.push({
        name: dyno.name,
        maintenance: app.maintenance,
        others: others.map(({ name }) => name),
      });
    }
    const restores = platform.transfers.of(app).filter(({ kind }) => kind === 'restore');
    if (restores.length > moments.restores.length) {
      const running = [...app.dynos.filter(({ replaced }) => !replaced), ...runningOneOffs(platform, app)];
      moments.restores.push({ running: running.map(({ name }) => name) });
    }
    if (page && !app.maintenance) {
      const web = app.dynos.filter(({ type, replaced }) => type === 'web' && !replaced);
      moments.openings.push({
        cached: cache?.isFilled ?? false,
        notUp: web
          .filter(({ state, release }) => state !== 'up' || release !== app.current)
          .map(({ name }) => name),
      });
    }
    page = app.maintenance;
    for (const each of interferences) {
      if (done.has(each) || !isAnswered(control.requests(), each)) continue;
      done.add(each);
      void control.act(app.name, each.action);
    }
  });
}

function runningOneOffs(platform: LocalHeroku['platform'], app: App) {
  return platform.oneOffs.of(app).flatMap(({ dyno, state }) => (state === 'running' ? [dyno] : []));
}

function isAnswered(
  requests: ReturnType<LocalHeroku['control']['requests']>,
  { after }: Interference,
): boolean {
  const matching = requests.filter(
    ({ method, path }) => method === after.method && new RegExp(patternOf(after.template)).test(path),
  );
  return matching[after.nth - 1]?.outcome === 'answered';
}
