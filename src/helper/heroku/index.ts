/** Heroku's Platform API over HTTP, and where it is to be found. */
export { createHeroku, type HerokuClient } from './client.ts';
export type { HerokuOptions } from './options.ts';
export { type Effect, HerokuApiError } from './heroku-api-error.ts';
export { type Hosts, resolveHosts } from './hosts.ts';
