import type { ProgramEnd, ProgramRun, RestoreRun } from './programs.ts';

/** A row as JSON carries it: times are ISO 8601 in UTC, `bigint` is a number as long as that is exact. */
export type Row = Readonly<Record<string, unknown>>;

/** What a database says of itself. */
export interface DatabaseFacts {
  readonly bytes: number;
  readonly tables: number;
  /** Sessions that its users have. */
  readonly sessions: number;
  /** Such as `15.14`. */
  readonly version: string;
}

/** A database with a role of its own that owns it; no other role of the server may connect to it. */
export interface Database {
  readonly name: string;
  /** `postgres://role:password@127.0.0.1:port/name`, as in Heroku's `DATABASE_URL`; another one after a rotation. */
  readonly url: string;
  /**
   * Runs SQL in a session of its own, as the role of {@link url}; of several statements the last one's rows
   * are the answer.
   * @throws Error as Postgres or the connection reports it.
   */
  query(this: void, sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  facts(): Promise<DatabaseFacts>;
  /** Dumps it into a file, in pg_dump's custom format. */
  dump(file: string, run?: ProgramRun): Promise<ProgramEnd>;
  /** The whole of it as SQL: equal texts are equal databases. @throws Error with what pg_dump says. */
  dumpText(): Promise<string>;
  /** Restores a dump over what is there, with pg_restore's `--clean --if-exists`. */
  restore(file: string, run?: RestoreRun): Promise<ProgramEnd>;
  /** Ends the sessions of all its users; they may connect again. */
  endSessions(): Promise<void>;
  /** Ends its sessions and empties it. */
  reset(): Promise<void>;
  /** Gives its role another password and ends its sessions. */
  rotate(): Promise<void>;
  /** Ends its sessions and removes it and its role. */
  drop(): Promise<void>;
}

/** A running Postgres on loopback. */
export interface PostgresServer {
  readonly port: number;
  /** Folder of its programs; `pg_dump` and `pg_restore` of the same version are among them. */
  readonly binaries: string;
  /** Folder of its data, socket and settings; gone after {@link close}. */
  readonly folder: string;
  /** Process id of its first process. */
  readonly pid: number;
  /** @param label What the name begins with, such as the app's; any text. */
  createDatabase(label: string): Promise<Database>;
  /** Ends its sessions, then the server, and removes its folder. */
  close(): Promise<void>;
}
