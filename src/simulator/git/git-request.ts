import type { IncomingMessage } from 'node:http';

/** A request for a path under `/<app>.git`. */
export interface GitRequest {
  readonly app: string;
  /** What follows `<app>.git`, such as `/info/refs`. */
  readonly path: string;
  readonly query: string;
  /** `git-receive-pack` or `git-upload-pack`; undefined where the request asks for neither. */
  readonly service: GitService | undefined;
  /** The password of Basic authentication; the user name is ignored (Dev Center: Deploying with Git). */
  readonly key: string | undefined;
}

export type GitService = 'git-receive-pack' | 'git-upload-pack';

const GIT_PATH = /^\/([A-Za-z0-9][A-Za-z0-9_-]*)\.git(\/[^?]*)?(?:\?(.*))?$/;

/** Undefined where the path is not git's. */
export function parseGitRequest(request: IncomingMessage): GitRequest | undefined {
  const [, app, path = '', query = ''] = GIT_PATH.exec(request.url ?? '') ?? [];
  if (app === undefined) return undefined;
  const key = passwordOf(request.headers.authorization);
  return { app, path, query, key, service: serviceOf(request.method ?? 'GET', path, query) };
}

/** Smart HTTP has three requests; the files of the "dumb" protocol are not served. */
function serviceOf(method: string, path: string, query: string): GitService | undefined {
  if (method === 'GET' && path === '/info/refs') return asService(new URLSearchParams(query).get('service'));
  if (method === 'POST') return asService(path.slice(1));
  return undefined;
}

function asService(name: string | null): GitService | undefined {
  return name === 'git-receive-pack' || name === 'git-upload-pack' ? name : undefined;
}

function passwordOf(authorization: string | undefined): string | undefined {
  const [, encoded] = /^Basic\s+(\S+)\s*$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : decoded.slice(colon + 1);
}
