import type { Database, PostgresServer, Row } from '../postgres/types.ts';
import { invalidParams, notFound } from './errors.ts';
import type { Account, App } from './model.ts';
import type { Releases } from './releases.ts';

/** The apps' databases: one for each app that was given one, all on one server that starts with the first. */
export class Databases {
  readonly #databases = new WeakMap<App, Promise<Database>>();

  constructor(
    private readonly postgres: () => Promise<PostgresServer>,
    private readonly releases: Releases,
  ) {}

  /** Starts the server ahead of its first use. @throws Error where it cannot be started. */
  async start(): Promise<void> {
    await this.postgres();
  }

  /**
   * Makes a database for the app and sets its `DATABASE_URL`, with the release that an add-on's attachment
   * makes (Dev Center: add-ons, "config vars and releases").
   * @throws PlatformError 422 where the app has one; Error where Postgres cannot be started.
   */
  async attach(app: App, account: Account): Promise<void> {
    if (this.#databases.has(app)) throw invalidParams(`${app.name} has a database already.`);
    const making = this.postgres().then((server) => server.createDatabase(app.name));
    this.#databases.set(app, making);
    try {
      const { url } = await making;
      this.releases.configure(app, account, { DATABASE_URL: url }, 'Attach DATABASE');
    } catch (error) {
      this.#databases.delete(app);
      throw error;
    }
  }

  /**
   * Runs SQL in a session of its own, as the app's role.
   * @throws PlatformError 404 where the app has no database, 422 with what Postgres says of the SQL.
   */
  async query(app: App, sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    const database = await this.#databases.get(app);
    if (!database)
      throw notFound('database', `${app.name} has no database; the action add-postgres gives one.`);
    try {
      return await database.query(sql, values);
    } catch (error) {
      throw invalidParams(`Postgres: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Removes the app's database, if it has one. */
  async remove(app: App): Promise<void> {
    // One that could not be made is nothing to remove; whoever asked for it has been told.
    const database = await this.#databases.get(app)?.catch(() => undefined);
    this.#databases.delete(app);
    await database?.drop();
  }
}
