import type { Secret } from '../output/secret.ts';

/**
 * The Heroku Platform API as the deployment sees it. Field names follow the API's own
 * (Dev Center: Platform API Reference), camel-cased; only the fields that something uses are here.
 */

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly twoFactor: boolean;
  /** Logs in by a company's single sign-on, which has a second factor of its own. */
  readonly federated?: boolean | undefined;
}

export interface App {
  readonly id: string;
  readonly name: string;
  readonly maintenance: boolean;
  readonly stack: string;
  /** Of its next build. */
  readonly buildStack?: string | undefined;
  readonly region?: string | undefined;
  readonly generation: string;
  readonly webUrl: string | undefined;
  readonly gitUrl: string;
  readonly space: string | undefined;
  /** ISO 8601: when somebody last changed the app itself, its maintenance page included. */
  readonly updatedAt?: string | undefined;
}

export interface Collaborator {
  readonly email: string;
  readonly role: string | undefined;
  /** Such as `view`, `deploy`, `operate`, `manage`; undefined where the platform does not say. */
  readonly permissions: readonly string[] | undefined;
}

export interface ProcessFormation {
  readonly type: string;
  readonly quantity: number;
  readonly size: string;
  readonly command: string;
}

/** A process type as it is to be. */
export interface ScaleUpdate {
  readonly type: string;
  readonly quantity: number;
  /** Absent: as it is. */
  readonly size?: string;
}

export interface Dyno {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly state: string;
  readonly size: string;
  readonly releaseVersion: number;
  readonly command: string;
  readonly createdAt: string;
}

/** A one-off dyno to start. */
export interface NewDyno {
  /** For the dyno's shell. Heroku expands its first word where that names a process type. */
  readonly command: string;
  /** Process type, which names the dyno and its log lines: `run` gives `run.1234`. */
  readonly type: string;
  /** Absent: Heroku's default, whatever size the app's other dynos have. */
  readonly size?: string;
  /** Beside the app's config vars. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds after which Heroku kills it, 86400 at the most. */
  readonly timeToLive: number;
}

/** A dyno that waits for its client before it starts its command. */
export interface AttachedDyno extends Dyno {
  /** Gives access to the dyno's input and output, once. */
  readonly attachUrl: Secret;
}

/** Which lines of an app's log are wanted. */
export interface LogFilter {
  /** One dyno, or all of a process type. */
  readonly dyno?: string;
  /** `heroku` for the platform's own lines, `app` for what processes print. */
  readonly source?: 'heroku' | 'app';
  /** How many of the near past to begin with. Absent: Heroku's default. */
  readonly lines?: number;
}

/** An open log session. */
export interface LogStream {
  /** Resolved when no more lines will come, for whatever reason. */
  readonly ended: Promise<void>;
  close(): void;
}

export type ReleaseStatus = 'pending' | 'succeeded' | 'failed' | 'expired';

export interface Release {
  readonly id: string;
  readonly version: number;
  readonly status: ReleaseStatus;
  readonly current: boolean;
  readonly description: string;
  readonly slugId: string | undefined;
  /** False where Heroku would not roll back to it; absent where it does not say. */
  readonly eligible?: boolean | undefined;
  readonly userEmail: string;
  readonly createdAt: string;
  readonly outputStreamUrl: string | undefined;
}

/**
 * Config vars by name. For each value stands a hash that is equal where the value is, after `web~` for an
 * address of a plain web page, `store~` for any other URL, and `text~`.
 */
export type ConfigHashes = ReadonlyMap<string, string>;

export interface Slug {
  readonly id: string;
  readonly commit: string | undefined;
  readonly processTypes: Readonly<Record<string, string>>;
}

export type BuildStatus = 'pending' | 'succeeded' | 'failed';

export interface Build {
  readonly id: string;
  readonly status: BuildStatus;
  /** The commit, where the build came from a git push or was given one. */
  readonly version: string | undefined;
  /** What whoever started it wrote beside the version. */
  readonly versionDescription?: string | undefined;
  readonly slugId: string | undefined;
  readonly releaseId: string | undefined;
  readonly outputStreamUrl: string | undefined;
  readonly userEmail: string;
  readonly createdAt: string;
}

/** A build to start, of an uploaded source. */
export interface NewBuild {
  readonly sourceUrl: string;
  readonly version: string;
  readonly versionDescription?: string;
  /** SHA-256 of the source, in hex, with or without Heroku's prefix `SHA256:`. */
  readonly checksum: string;
}

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

export interface RequestCounts {
  readonly total: number;
  readonly byMethod: Readonly<Record<string, number>>;
}

/**
 * The calls a deployment makes. Every method throws `HerokuApiError` (a `HerokuCdError`) when Heroku
 * refuses or cannot be understood; which calls are repeated after a fault is the client's business.
 */
export interface Heroku extends Databases {
  /** Undefined where the key is valid and may not read its account (403). */
  account(): Promise<Account | undefined>;
  app(name: string): Promise<App>;
  collaborators(app: string): Promise<readonly Collaborator[]>;
  formation(app: string): Promise<readonly ProcessFormation[]>;
  dynos(app: string): Promise<readonly Dyno[]>;
  /** Switches the maintenance page; absolute, so it may be sent again. */
  setMaintenance(app: string, on: boolean): Promise<App>;
  /** Sets quantities and sizes, all in one request; absolute, so it may be sent again. */
  scale(app: string, updates: readonly ScaleUpdate[]): Promise<readonly ProcessFormation[]>;
  /** Names of the dyno sizes that the app can have. */
  dynoSizes(app: string): Promise<readonly string[]>;
  /** Restarts every dyno but the one-off ones. Sent again only when nothing happened. */
  restartDynos(app: string): Promise<void>;
  /** Undefined where there is no such dyno any more. */
  dyno(app: string, name: string): Promise<Dyno | undefined>;
  /**
   * Starts a one-off dyno that waits for its client, without a terminal. Never sent twice unless nothing
   * was created; where that is open, the error's `effect` is `unknown`.
   */
  createDyno(app: string, dyno: NewDyno): Promise<AttachedDyno>;
  /** Asks for a dyno to be stopped, which takes Heroku up to half a minute; false where it is gone already. */
  stopDyno(app: string, name: string): Promise<boolean>;
  /**
   * Opens the app's log and follows it. Resolves when the log has begun to come; from then on nothing is
   * thrown.
   */
  openLog(
    app: string,
    filter: LogFilter,
    onLine: (line: string) => void,
    options: { signal?: AbortSignal },
  ): Promise<LogStream>;
  /** Undefined where the app's plan or generation does not know the feature. */
  featureEnabled(app: string, feature: string): Promise<boolean | undefined>;
  /** Switches a feature of the app, such as preboot; absolute, so it may be sent again. */
  setFeature(app: string, feature: string, enabled: boolean): Promise<void>;
  /** Newest first. `max` rows at the most; all of them when it is absent. */
  releases(app: string, options?: { max?: number }): Promise<readonly Release[]>;
  release(app: string, id: string): Promise<Release>;
  /** The release that runs, found by its `current` flag however many failed ones are newer. */
  currentRelease(app: string): Promise<Release | undefined>;
  slug(app: string, id: string): Promise<Slug>;
  /** Newest first. */
  builds(app: string): Promise<readonly Build[]>;
  build(app: string, id: string): Promise<Build>;
  /** Cancels a pending build; a build that has ended is left alone (false). */
  cancelBuild(app: string, id: string): Promise<boolean>;
  /**
   * Puts a slug on the app as a new release, with today's config vars; with `rollbackTo`, the release that has
   * it, by Heroku's own rollback, which brings that release's config vars back too (Dev Center: Releases).
   * Never sent twice unless nothing was created.
   */
  createRelease(
    app: string,
    release: { slugId: string; description: string; rollbackTo?: string },
  ): Promise<Release>;
  /** Config vars of today or of a release. */
  configVars(app: string, release?: string): Promise<ConfigHashes>;
  /** The config vars of today whose names are wanted. */
  configValues(app: string, wanted: RegExp): Promise<ReadonlyMap<string, Secret>>;
  /** Sets config vars and, with null, removes them, once and in one request: each change is a release. */
  setConfigVars(app: string, wanted: Readonly<Record<string, string | null>>): Promise<void>;
  /** Their addresses, in the order in which they run; none where each build detects them. */
  buildpacks(app: string): Promise<readonly string[]>;
  /** The names of the config vars that the app's add-ons set, by the id of the add-on. */
  addOnVars(app: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Uploads a .tar.gz and gives the URL that a build can read it from. */
  uploadSource(tarball: { file: string; bytes: number }): Promise<string>;
  /** Starts a build. Never sent twice unless nothing was created. */
  createBuild(app: string, build: NewBuild): Promise<Build>;
  /**
   * Follows a build's or a release command's output to its end, line by line. Resolves false where it
   * could not be followed to the end; the outcome is never read from it.
   */
  streamOutput(
    url: string,
    onLine: (line: string) => void,
    options: { signal?: AbortSignal },
  ): Promise<boolean>;
  readonly requests: RequestCounts;
  /** Factor on polling intervals: above 1 where the account's rate limit is nearly used up. */
  readonly slowdown?: number;
}
