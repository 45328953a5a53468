export { startPostgres } from './server.ts';
export { postgresOnDemand } from './on-demand.ts';
export type { PostgresOnDemand } from './on-demand.ts';
export type { PostgresOptions } from './server.ts';
export type { ProgramEnd, ProgramRun, RestoreRun } from './programs.ts';
export type { Database, DatabaseFacts, PostgresServer, Row } from './types.ts';
