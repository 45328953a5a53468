export { startPostgres } from './server.ts';
export { postgresOnDemand } from './on-demand.ts';
export type { PostgresOnDemand } from './on-demand.ts';
export type { PostgresOptions } from './server.ts';
export type { Database, PostgresServer, Row } from './types.ts';
