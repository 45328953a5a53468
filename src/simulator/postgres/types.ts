/** A row as JSON carries it: times are ISO 8601 in UTC, `bigint` is a number as long as that is exact. */
export type Row = Readonly<Record<string, unknown>>;

/** A database with a role of its own that owns it; no other role of the server may connect to it. */
export interface Database {
  readonly name: string;
  /** `postgres://role:password@127.0.0.1:port/name`, as in Heroku's `DATABASE_URL`. */
  readonly url: string;
  /**
   * Runs SQL in a session of its own, as the role of {@link url}; of several statements the last one's rows
   * are the answer.
   * @throws Error as Postgres or the connection reports it.
   */
  query(this: void, sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
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
