import type { Secret } from '../output/secret.ts';

/** A database of Heroku Postgres that an app uses. */
export interface DatabaseAddOn {
  readonly id: string;
  /** Such as `postgresql-cubed-12345`. */
  readonly name: string;
  /** Such as `heroku-postgresql:standard-0`. */
  readonly plan: string;
  /** The app that pays for it: its backups are that app's. */
  readonly billingApp: string;
}

/** What an app's `DATABASE_URL` leads to; `external`: a database that is no add-on of Heroku Postgres. */
export type AppDatabase = DatabaseAddOn | 'external' | undefined;

/** Where an add-on is attached. */
export interface Attachment {
  readonly app: string;
  /** The app's name for it, such as `DATABASE`. */
  readonly name: string;
}

export interface DatabaseFacts {
  /** Undefined where Heroku does not tell. */
  readonly bytes: number | undefined;
  /** Whether it can be rolled back to a point in time (Dev Center: Continuous Protection). */
  readonly protected: boolean;
}

/** A backup of a database, or a restore. */
export interface Transfer {
  readonly id: string;
  /** As the Heroku CLI calls it: `b001`; `a001` for a scheduled backup, `r002` for a restore. */
  readonly name: string;
  readonly kind: 'backup' | 'restore' | 'other';
  readonly from: string;
  readonly createdAt: string;
  readonly finishedAt: string | undefined;
  readonly canceled: boolean;
  readonly succeeded: boolean;
  readonly warnings: number;
  /** So far. */
  readonly bytes: number;
  /** Where a backup's dump is. */
  readonly url: Secret | undefined;
  /** The last lines, where they were asked for. */
  readonly log: readonly string[];
}

/** Heroku Postgres and its backups: the data API, as the official CLI uses it. */
export interface Databases {
  /** The database behind the app's `DATABASE_URL`, also where it is another app's or promoted by its value. */
  database(app: string): Promise<AppDatabase>;
  /** All apps that the add-on is attached to, as far as the key may see. */
  attachments(addOn: string): Promise<readonly Attachment[]>;
  databaseFacts(addOn: string): Promise<DatabaseFacts>;
  /** In the order of their numbers. `app`: the billing app. */
  transfers(app: string): Promise<readonly Transfer[]>;
  /** One try alone: for those who ask again and again. */
  transfer(app: string, id: string, options?: { log?: boolean }): Promise<Transfer>;
  /** Starts a backup, once. `names`: what the billing app calls the database. */
  captureBackup(database: DatabaseAddOn, names: readonly string[]): Promise<Transfer>;
  /** Starts to restore a backup, once. */
  restoreBackup(database: DatabaseAddOn, url: Secret): Promise<Transfer>;
  cancelTransfer(app: string, id: string): Promise<void>;
  /** Ends all sessions of the database. */
  endSessions(addOn: string): Promise<void>;
  /** Empties the database: nothing of it is left. */
  resetDatabase(addOn: string): Promise<void>;
}
