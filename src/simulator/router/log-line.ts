import type { RouterEntry } from '../parts.ts';

/** What the router writes into an app's log about a request (Dev Center: HTTP routing, error codes). */
export function routerLogLine({ code, desc, method, path, host, status }: RouterEntry): string {
  const error = code === undefined ? '' : ` code=${code} desc="${desc}"`;
  const level = code === undefined || code === 'H80' ? 'info' : 'error';
  return `at=${level}${error} method=${method} path="${path}" host=${host} dyno= connect= service= status=${status} bytes= protocol=http`;
}
