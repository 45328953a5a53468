import { Client, type QueryResult, type QueryResultRow } from 'pg';
import type { PostgresOnDemand } from '../../../src/simulator/postgres/on-demand.ts';
import { startPostgres, type PostgresServer } from '../../../src/simulator/postgres/index.ts';
import { MIGRATION, SCHEMA_BEFORE } from './app.ts';

/** Schema and rows of one database, as text that is equal where they are. */
export type DatabaseContent = string;

/**
 * The databases of all apps: each is a schema of its own in one database of one real server, because making a
 * database takes longer than a deployment.
 */
export class Databases {
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly server: PostgresServer,
    private readonly url: string,
    private readonly client: Client,
    /** What every app's database holds at first, and after the migration. */
    readonly before: DatabaseContent,
    readonly migrated: DatabaseContent,
  ) {}

  static async start(): Promise<Databases> {
    const server = await startPostgres();
    const { url } = await server.createDatabase('matrix');
    const client = new Client({ connectionString: url, ssl: false });
    await client.connect();
    const databases = new Databases(server, url, client, '', '');
    await databases.create('reference');
    const before = await databases.read('reference');
    await client.query(`SET search_path = reference; ${MIGRATION}; RESET search_path`);
    const migrated = await databases.read('reference');
    return new Databases(server, url, client, before, migrated);
  }

  /** One after the other: a session does one thing at a time. */
  #query<T extends QueryResultRow>(sql: string, values?: unknown[]): Promise<QueryResult<T>> {
    const answer = this.#queue.then(() => this.client.query<T>(sql, values));
    this.#queue = answer.catch(() => undefined);
    return answer;
  }

  /** Postgres' own client, for the app's migration. */
  get psql(): string {
    return `${this.server.binaries}/psql`;
  }

  /** The server, for databases of their own: add-ons. It goes on when a local Heroku ends. */
  get shared(): PostgresOnDemand {
    return { server: () => Promise.resolve(this.server), close: () => Promise.resolve() };
  }

  /** Makes a database with the app's schema and rows, and gives its address. */
  async create(name: string): Promise<string> {
    await this.#query(
      `CREATE SCHEMA ${name}; SET search_path = ${name}; ${SCHEMA_BEFORE}; RESET search_path`,
    );
    const url = new URL(this.url);
    url.searchParams.set('options', `-csearch_path=${name}`);
    return url.href;
  }

  /** The password that every address of a database holds. */
  get password(): string {
    return new URL(this.url).password;
  }

  /** Columns and rows of all tables. */
  read(name: string): Promise<DatabaseContent> {
    return readContent(async (sql, values) => (await this.#query(sql, values)).rows, name);
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.server.close();
  }
}

type Ask = (sql: string, values?: unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Columns and rows of all tables of one schema, the same text whatever that is called. */
export async function readContent(ask: Ask, schema: string): Promise<DatabaseContent> {
  const columns = await ask(
    `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
         WHERE table_schema = $1 ORDER BY table_name, column_name`,
    [schema],
  );
  const tables = [...new Set(columns.map((column) => String(column['table_name'])))];
  const content: unknown[] = [columns];
  for (const table of tables) {
    const rows = await ask(`SELECT to_jsonb(t)::text AS row FROM ${schema}.${table} AS t ORDER BY 1`);
    content.push([table, rows]);
  }
  return JSON.stringify(content);
}
