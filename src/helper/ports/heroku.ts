import type { Secret } from '../output/secret.ts';
import type { Databases } from './databases.ts';
import type {
  AttachedDyno,
  Dyno,
  LogFilter,
  LogStream,
  NewDyno,
  ProcessFormation,
  ScaleUpdate,
} from './dynos.ts';
import type { Build, ConfigHashes, NewBuild, Release, Slug } from './releases.ts';

export type * from './databases.ts';
export type * from './dynos.ts';
export type * from './releases.ts';

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
  /**
   * When a PATCH was last left without an answer that tells what became of it (milliseconds since the epoch), and not
   * answered later: Heroku may still carry it out.
   */
  readonly unansweredAt?: number | undefined;
}
