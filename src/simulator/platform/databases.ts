import type { Database, PostgresServer, Row } from '../postgres/types.ts';
import type { AddOn, AddOns } from './add-ons/index.ts';
import { postgresService } from './add-ons/index.ts';
import { invalidParams, notFound } from './errors.ts';
import type { Account, App } from './model.ts';

/** How an app gets a database. */
export interface NewDatabase {
  /** Of Heroku Postgres, without the service's name; the smallest one if missing. */
  readonly plan?: string | undefined;
  /** Name of the attachment if it is not to be the app's `DATABASE`. */
  readonly attachment?: string | undefined;
}

/** The apps' databases, by what the apps call them; all on one server that starts with the first. */
export class Databases {
  constructor(
    private readonly postgres: () => Promise<PostgresServer>,
    private readonly addOns: AddOns,
  ) {}

  /** Starts the server ahead of its first use. @throws Error where it cannot be started. */
  async start(): Promise<void> {
    await this.postgres();
  }

  /**
   * Makes a database for the app and sets its `DATABASE_URL`, with the release that an add-on's attachment
   * makes (Dev Center: add-ons, "config vars and releases").
   * @throws PlatformError 422 where the app has one of that name; Error where Postgres cannot be started.
   */
  async attach(
    app: App,
    account: Account,
    { plan, attachment = 'DATABASE' }: NewDatabase = {},
  ): Promise<void> {
    if (this.addOns.attachments.find(app, attachment)) {
      throw invalidParams(
        attachment === 'DATABASE'
          ? `${app.name} has a database already; name the attachment of a second one.`
          : `${app.name} has an attachment ${attachment} already.`,
      );
    }
    await this.addOns.create(app, account, { plan: `${postgresService}:${plan ?? ''}`, attachment });
  }

  /**
   * The add-on of an attachment's name, or of the app's `DATABASE`.
   * @throws PlatformError 404 where the app has none.
   */
  addOnOf(app: App, attachment?: string): AddOn & { readonly database: Database } {
    const all = this.addOns.attachments.of(app).filter(({ addOn }) => addOn.database !== undefined);
    const found =
      attachment === undefined
        ? (all.find(({ name }) => name === 'DATABASE') ?? all[0])
        : all.find(({ name }) => name === attachment);
    if (!found) {
      const which = attachment === undefined ? 'no database' : `no database ${attachment}`;
      throw notFound('database', `${app.name} has ${which}; the action add-postgres gives one.`);
    }
    return found.addOn as AddOn & { readonly database: Database };
  }

  /**
   * Runs SQL in a session of its own, as the app's role.
   * @throws PlatformError 404 where the app has no database, 422 with what Postgres says of the SQL.
   */
  async query(
    app: App,
    sql: string,
    values?: readonly unknown[],
    attachment?: string,
  ): Promise<readonly Row[]> {
    const { database } = this.addOnOf(app, attachment);
    try {
      return await database.query(sql, values);
    } catch (error) {
      throw invalidParams(`Postgres: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The whole database as SQL; the same text for the same content. @throws PlatformError 404. */
  async dumpText(app: App, attachment?: string): Promise<string> {
    return this.addOnOf(app, attachment).database.dumpText();
  }
}
