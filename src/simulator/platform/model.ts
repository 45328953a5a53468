/** What the local Heroku remembers. Rules are in the modules beside this one. */
import type { RunningProcess } from '../parts.ts';
import type { AddOn } from './add-ons/model.ts';
import type { AppLog } from './app-log.ts';
import type { OutputStream } from './output-stream.ts';

/** OAuth scopes (Dev Center: OAuth). A key without `identity` or `global` gets 403 for GET /account. */
export type Scope = 'global' | 'identity' | 'read' | 'write' | 'read-protected' | 'write-protected';

export interface ApiKey {
  readonly key: string;
  readonly scopes: readonly Scope[];
  revoked: boolean;
  /** Of the OAuth authorization that the key belongs to. */
  readonly id: string;
  readonly description: string;
  readonly createdAt: Date;
  /** From then on the key no longer works; null: never. */
  readonly expiresAt: Date | null;
  /** Made by a login to the dashboard, and gone with it. */
  readonly session: boolean;
}

/** A public SSH key of an account. */
export interface SshKey {
  readonly id: string;
  readonly comment: string;
  /** MD5, as pairs of hexadecimal digits with colons between them. */
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly createdAt: Date;
}

/** Requests that an account has left: a bucket that fills up again (Dev Center: rate limits). */
export interface RateBucket {
  remaining: number;
  refillPerMinute: number;
  readonly capacity: number;
  /** Milliseconds since the epoch. */
  filledAt: number;
  /** Seconds to announce in `Retry-After`; Heroku announces none. */
  retryAfter: number | undefined;
}

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly createdAt: Date;
  readonly keys: ApiKey[];
  readonly sshKeys: SshKey[];
  /** Whether logging in asks for a second factor, which Heroku demands of everybody since 2022. */
  twoFactor: boolean;
  readonly rate: RateBucket;
}

/** App permissions (Dev Center: app permissions). The owner has all of them. */
export type Permission = 'view' | 'deploy' | 'operate' | 'manage';
export const permissions: readonly Permission[] = ['view', 'deploy', 'operate', 'manage'];

export interface Collaborator {
  readonly id: string;
  readonly account: Account;
  permissions: readonly Permission[];
  readonly createdAt: Date;
  updatedAt: Date;
}

export interface FormationEntry {
  readonly id: string;
  readonly type: string;
  command: string;
  quantity: number;
  size: string;
  readonly createdAt: Date;
  updatedAt: Date;
}

export type DynoState = 'starting' | 'up' | 'crashed' | 'down' | 'idle';

export interface Dyno {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: string;
  readonly command: string;
  readonly release: Release;
  state: DynoState;
  readonly createdAt: Date;
  updatedAt: Date;
  /** Set where a one-off dyno can be attached to. */
  attachUrl: string | null;
  port: number | undefined;
  process: RunningProcess | undefined;
  /** Resolves when the process is gone; set once somebody wants it gone. */
  stopping: Promise<void> | undefined;
  /** Only one-off dynos have it: they are not of the formation, and end in their own way. */
  oneOff: { stop(): Promise<void> } | undefined;
  /** Replaced by a dyno of the same name: the API no longer lists it, though its process may live on. */
  replaced: boolean;
}

export type ReleaseStatus = 'pending' | 'succeeded' | 'failed' | 'expired';

export interface Release {
  readonly id: string;
  readonly version: number;
  readonly description: string;
  status: ReleaseStatus;
  readonly slug: SlugRecord | null;
  readonly configVars: Readonly<Record<string, string>>;
  /** Of the add-ons that the app had then. */
  readonly addOnPlans: readonly string[];
  readonly account: Account;
  readonly createdAt: Date;
  updatedAt: Date;
  /** Only where the slug has a `release` process. */
  readonly output: OutputStream | null;
  /** Resolves once the status is no longer `pending`. */
  readonly settled: Promise<void>;
}

export interface SlugRecord {
  readonly id: string;
  readonly directory: string;
  readonly processTypes: Readonly<Record<string, string>>;
  readonly commit: string | null;
  readonly size: number;
  readonly stack: string;
  readonly createdAt: Date;
}

export interface SourceBlob {
  readonly url: string;
  readonly version: string | null;
  readonly versionDescription: string | null;
  readonly checksum: string | null;
}

export interface Build {
  readonly id: string;
  readonly account: Account;
  readonly sourceBlob: SourceBlob;
  readonly buildpacks: readonly Readonly<Record<string, string>>[] | null;
  readonly stack: string;
  readonly output: OutputStream;
  status: 'pending' | 'succeeded' | 'failed';
  slug: SlugRecord | null;
  release: Release | null;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly cancellation: AbortController;
  /** Resolves when the build is over; the release phase may still run then. */
  readonly finished: Promise<void>;
}

export interface AppFeature {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly state: string;
  enabled: boolean;
  readonly createdAt: Date;
  updatedAt: Date;
}

/** How an app behaves beyond its code: for rehearsals of slow and failing deployments. */
export interface AppSettings {
  /** Milliseconds that a build takes. */
  buildMs: number;
  /** `fail`: builds end with `buildOutput` and "failed to compile". */
  buildResult: 'succeed' | 'fail';
  /** Run in bash in the folder of a slug before it is done, as a buildpack is; empty: nothing is. */
  buildCommand: string;
  /** Lines that a build prints besides its own. */
  buildOutput: readonly string[];
  /** Milliseconds between a dyno's start and `up`. */
  startDelayMs: number;
  /** Milliseconds for which a dyno that is to stop runs on before it gets SIGTERM. */
  stopDelayMs: number;
  /** Milliseconds between SIGTERM and SIGKILL (Heroku: 30 s). */
  stopGraceMs: number;
  /** Milliseconds for which old dynos serve beside new ones under preboot (Heroku: about three minutes). */
  prebootOverlapMs: number;
  /** Milliseconds a web dyno has for listening on its port, then it crashes (Heroku: R10 after 60 s). */
  bootTimeoutMs: number;
  /** Milliseconds after which a crashed dyno starts again; null: never. */
  crashRestartMs: number | null;
  /** Milliseconds for which an attached one-off dyno waits for its client (Heroku: R13 after 30 s). */
  attachTimeoutMs: number;
  /** Milliseconds without input and output after which a one-off dyno's connection is closed (Heroku: 1 h). */
  attachIdleMs: number;
  /** Milliseconds by which the app's log lags behind for those who follow it. */
  logDelayMs: number;
  /** Milliseconds for which a release is pending before its command starts. */
  releaseStartDelayMs: number;
  /** `fail`: the release command runs, and the release fails whatever it exits with. */
  releaseResult: 'as-command' | 'fail';
  /** Milliseconds for which a backup or a restore is pending before it starts. */
  transferDelayMs: number;
  /** Milliseconds that a backup takes, at least. */
  backupMs: number;
  /** Milliseconds that a restore takes, at least. */
  restoreMs: number;
  backupResult: TransferResult;
  /** `fail`: a restore ends when the tables have been made anew, and before their data is there. */
  restoreResult: TransferResult;
  /** What becomes of a backup or a restore of a database that another one is not done with. */
  whileTransferring: 'refuse' | 'queue';
  /** Milliseconds for which a backup's public address works (Heroku: 1 h). */
  publicUrlMs: number;
}

/** `stay-pending` and `stay-running` last until the setting is another one. */
export type TransferResult = 'succeed' | 'fail' | 'stay-pending' | 'stay-running';

/** A Private Space. */
export interface Space {
  readonly name: string;
  readonly shield: boolean;
}

export interface App {
  readonly id: string;
  name: string;
  /** Of the current release. */
  stack: string;
  /** Of the next build. */
  buildStack: string;
  generation: 'cedar' | 'fir';
  /** Such as `us`, `eu`, and `virginia` in a Private Space. */
  region: string;
  space: Space | null;
  /** Addresses or names in the order in which they run; empty: detected at each build. */
  buildpacks: readonly string[];
  /** Those that are billed to the app, as long as they are not destroyed. */
  readonly addOns: AddOn[];
  readonly owner: Account;
  maintenance: boolean;
  configVars: Readonly<Record<string, string>>;
  readonly collaborators: Collaborator[];
  readonly features: AppFeature[];
  readonly formation: FormationEntry[];
  /** In the order in which they started; replaced ones too, until their processes are gone. */
  readonly dynos: Dyno[];
  readonly releases: Release[];
  current: Release;
  readonly slugs: SlugRecord[];
  readonly builds: Build[];
  readonly settings: AppSettings;
  readonly log: AppLog;
  readonly createdAt: Date;
  updatedAt: Date;
  releasedAt: Date | null;
  deleted: boolean;
}
