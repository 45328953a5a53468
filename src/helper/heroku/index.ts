/** Heroku's Platform API over HTTP, and where it is to be found. */
export { createHeroku, type HerokuClient, type HerokuOptions } from './client.ts';
export { type Effect, HerokuApiError } from './heroku-api-error.ts';
export { type Hosts, resolveHosts } from './hosts.ts';
