import type { Fault, FaultRequest } from '../faults/fault.ts';
import type { KeyOptions } from '../platform/accounts.ts';
import type { AppSettings, DynoState, Permission, ReleaseStatus, Scope } from '../platform/model.ts';
import type { AppDescription } from '../platform/platform.ts';
import type { OneOffState } from '../platform/one-offs/index.ts';
import type { Row } from '../postgres/types.ts';
import type { RequestEntry } from '../requests/request-log.ts';
import type { Surface } from '../requests/surfaces.ts';
import type { AddOnView, DatabaseAction, TransferView } from './database-types.ts';

export type * from './database-types.ts';

/** A dyno with what the API does not show: its process. */
export interface DynoView {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: string;
  readonly state: DynoState;
  readonly command: string;
  readonly release: number;
  readonly pid: number | null;
  readonly port: number | null;
  /** False for a dyno that was replaced while its process still ends: the API does not list it. */
  readonly listed: boolean;
  /** True from the moment on that somebody wants it gone. */
  readonly stopping: boolean;
}

/** A one-off dyno, also after its end, when it is no dyno any more. */
export interface OneOffView {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** As it was asked for. */
  readonly command: string;
  readonly release: number;
  readonly state: OneOffState;
  /** Whether it was made to be attached to. */
  readonly attach: boolean;
  /** Whether a client has come. */
  readonly attached: boolean;
  /** Null until it has ended; 128 and the signal's number where a signal ended it. */
  readonly exitStatus: number | null;
}

export interface ReleaseView {
  readonly id: string;
  readonly version: number;
  readonly status: ReleaseStatus;
  readonly description: string;
  readonly current: boolean;
  readonly slug: string | null;
  readonly commit: string | null;
  readonly user: string;
  readonly createdAt: string;
  /** What the release command has printed; null where there is none. */
  readonly output: string | null;
}

export interface BuildView {
  readonly id: string;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly version: string | null;
  readonly slug: string | null;
  readonly release: string | null;
  readonly user: string;
  readonly createdAt: string;
  readonly output: string;
}

export interface AppView {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly maintenance: boolean;
  readonly webUrl: string;
  readonly gitUrl: string;
  readonly currentRelease: number;
  readonly configVars: Readonly<Record<string, string>>;
  /** Where and how it runs. */
  readonly description: AppDescription;
  readonly features: Readonly<Record<string, boolean>>;
  readonly collaborators: Readonly<Record<string, readonly Permission[]>>;
  readonly settings: AppSettings;
  readonly formation: readonly {
    readonly type: string;
    readonly quantity: number;
    readonly size: string;
    readonly command: string;
  }[];
  readonly dynos: readonly DynoView[];
  /** The newest ones, the oldest of them first. */
  readonly oneOffs: readonly OneOffView[];
  readonly releases: readonly ReleaseView[];
  readonly builds: readonly BuildView[];
  readonly slugs: readonly {
    readonly id: string;
    readonly commit: string | null;
    readonly processTypes: Readonly<Record<string, string>>;
    readonly directory: string;
  }[];
  readonly addOns: readonly AddOnView[];
  /** Backups and restores that are billed to the app, the oldest first; deleted ones too. */
  readonly transfers: readonly TransferView[];
  /** Commits of the branches that Heroku deploys; null where nothing was pushed. */
  readonly git: { readonly main: string | null; readonly master: string | null };
  /** The newest lines, in Logplex's form. */
  readonly log: readonly string[];
}

export interface AccountView {
  readonly id: string;
  readonly email: string;
  readonly requestsLeft: number;
  readonly keys: readonly {
    /** The last four characters. */
    readonly ending: string;
    readonly scopes: readonly Scope[];
    readonly revoked: boolean;
  }[];
}

export interface HerokuView {
  readonly urls: Readonly<Record<string, string>>;
  readonly accounts: readonly AccountView[];
  readonly apps: readonly AppView[];
  readonly faults: readonly Fault[];
}

export interface NewAccount {
  readonly email: string;
  readonly name?: string;
  readonly twoFactor?: boolean;
  readonly keys?: readonly KeyOptions[];
}

export interface AccountChange {
  /** Requests left now. */
  readonly requestsLeft?: number;
  readonly refillPerMinute?: number;
  /** Seconds for a Retry-After header on 429; null: none, as Heroku. */
  readonly retryAfter?: number | null;
  /** Keys that no longer work, each named in full. */
  readonly revokeKeys?: readonly string[];
  readonly addKeys?: readonly KeyOptions[];
  readonly twoFactor?: boolean;
}

export interface NewApp {
  readonly name?: string;
  /** E-mail of the owner; the default account if missing. */
  readonly owner?: string;
  readonly stack?: string;
  readonly region?: 'us' | 'eu';
  readonly configVars?: Readonly<Record<string, string>>;
  readonly settings?: Partial<AppSettings>;
  /** Gives it a Postgres database of its own, with `DATABASE_URL` set. */
  readonly postgres?: boolean;
}

/** What somebody else does to an app, or what befalls it. `as` is an e-mail; a colleague's if missing. */
export type Action =
  | {
      readonly action: 'scale';
      readonly formation: Readonly<Record<string, number | string>>;
      readonly as?: string;
    }
  | { readonly action: 'resize'; readonly sizes: Readonly<Record<string, string>>; readonly as?: string }
  | {
      readonly action: 'config';
      readonly vars: Readonly<Record<string, string | null>>;
      readonly as?: string;
    }
  /** Releases a slug again, the current one if none is named. */
  | {
      readonly action: 'release';
      readonly slug?: string;
      readonly description?: string;
      readonly as?: string;
    }
  | { readonly action: 'rollback'; readonly release: string; readonly as?: string }
  | { readonly action: 'maintenance'; readonly enabled: boolean }
  | { readonly action: 'feature'; readonly name: string; readonly enabled: boolean }
  | { readonly action: 'restart'; readonly dyno?: string }
  | { readonly action: 'stop'; readonly dyno: string }
  /** Kills a dyno's process, so that the dyno crashes. */
  | { readonly action: 'crash'; readonly dyno: string }
  /** Starts a one-off dyno that nobody attaches to, as Heroku Scheduler does; `timeToLive` in seconds. */
  | {
      readonly action: 'one-off';
      readonly command: string;
      readonly type?: string;
      readonly timeToLive?: number;
      readonly as?: string;
    }
  | DatabaseAction
  | { readonly action: 'cancel-build' }
  /** Ends the newest pending release as expired. */
  | { readonly action: 'expire-release' };

export interface RequestFilter {
  readonly surface?: Surface;
  readonly method?: string;
  readonly app?: string;
}

/** At once in the same process, later from another one. */
export type Awaitable<T> = T | Promise<T>;

/**
 * The hand on the local Heroku from outside its API: it sees everything, sets faults, and does what other
 * people do. In this process it is `LocalHeroku.control`; in others, a `ControlClient` of the control port.
 */
export interface ControlApi {
  state(): Promise<HerokuView>;
  /** @throws Error for an app that does not exist. */
  app(name: string): Promise<AppView>;
  /** Resolves with the first state of the app that is as wanted. */
  until(name: string, isWanted: (app: AppView) => boolean, signal?: AbortSignal): Promise<AppView>;
  requests(filter?: RequestFilter): Awaitable<readonly RequestEntry[]>;
  clearRequests(): Awaitable<void>;
  faults(): Awaitable<readonly Fault[]>;
  addFault(fault: FaultRequest): Awaitable<Fault>;
  removeFault(id: string): Awaitable<void>;
  clearFaults(): Awaitable<void>;
  createAccount(account: NewAccount): Awaitable<AccountView>;
  changeAccount(email: string, change: AccountChange): Awaitable<AccountView>;
  createApp(app?: NewApp): Promise<AppView>;
  changeSettings(name: string, settings: Partial<AppSettings>): Promise<AppView>;
  /** Gives an account exactly these permissions on an app; none removes it. */
  setPermissions(name: string, email: string, permissions: readonly Permission[]): Promise<AppView>;
  act(name: string, action: Action): Promise<AppView>;
  /**
   * Runs SQL in the app's database, in a session of its own and as the app's role; `$1` … in it stand for the
   * values. Of several statements the last one's rows are the answer.
   * @throws Error for an app without a database, and with what Postgres says.
   */
  query(name: string, sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /**
   * The app's whole database as SQL: equal texts are equal databases.
   * @param attachment Name of the database on the app; `DATABASE` if missing.
   * @throws Error for an app without a database, and with what pg_dump says.
   */
  dump(name: string, attachment?: string): Promise<string>;
}
