/** The parts of the local Heroku that HTTP requests go to. `stream` is output and logs, `source` stored files. */
export type HttpSurface = 'api' | 'data' | 'git' | 'stream' | 'source' | 'router';

/** All parts: `rendezvous` is where clients attach to one-off dynos. */
export type Surface = HttpSurface | 'rendezvous';

export const httpSurfaces: readonly HttpSurface[] = ['api', 'data', 'git', 'stream', 'source', 'router'];

/** Tells by its path what a request is for. `data` is the Heroku Data API, which shares the port. */
export function surfaceOf(path: string): HttpSurface {
  if (/^\/[^/]+\.git(\/|$)/.test(path)) return 'git';
  if (path.startsWith('/_app/')) return 'router';
  if (/^\/_(streams|logs)\//.test(path)) return 'stream';
  if (/^\/_(sources|slugs|backups)\//.test(path)) return 'source';
  if (path.startsWith('/client/') || path.startsWith('/postgres/')) return 'data';
  return 'api';
}

/** The app that a request's path names, by name or id; null where it names none. */
export function appInPath(path: string): string | null {
  const found = /^\/(?:_app\/([^/]+)|(?:client\/v11\/)?apps\/([^/]+)|([^/]+)\.git(?:\/|$))/.exec(path);
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? null;
}
