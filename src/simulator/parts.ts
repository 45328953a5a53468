/**
 * The seams between the local Heroku's platform (state, API, releases) and the parts that do things for
 * real: git over HTTP, slugs on disk, processes, the router. The platform knows these interfaces only.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';

/** A push as the git server sees it in its pre-receive hook, before any ref has moved. */
export interface GitPush {
  readonly app: string;
  /** Full ref name, such as `refs/heads/main`. */
  readonly ref: string;
  /** Forty zeros where the ref is new. */
  readonly oldCommit: string;
  /** Forty zeros where the ref is deleted. */
  readonly newCommit: string;
  /** The API key that was used as the password. */
  readonly key: string;
  /** The bare repository; `newCommit` can be read from it with `environment` set. */
  readonly repository: string;
  /** `GIT_QUARANTINE_PATH` and friends: git needs them to read objects that are not accepted yet. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sends a line to the pusher, who sees it as `remote: …`. */
  write(line: string): void;
  /**
   * Aborted when the pusher goes away, or git ends before the verdict. The verdict still counts in the first
   * case: on Heroku a build goes on without its pusher (Dev Center: Deploying with Git, "Detach from the build").
   */
  readonly signal: AbortSignal;
}

/** `accepted: false` makes git say `! [remote rejected] … (pre-receive hook declined)`. */
export interface GitPushVerdict {
  readonly accepted: boolean;
}

/** What the git server asks before it serves a request. Heroku: a bad key is 401, an unknown app 404. */
export type GitAuthorization = 'ok' | 'unauthorized' | 'forbidden' | 'not-found' | 'rate-limited';

export interface GitServerOptions {
  /** Folder that holds one bare repository for each app, `<app>.git`; made on demand. */
  readonly root: string;
  /** `key` is undefined where the request carried no credentials (git's first request never does). */
  authorize(request: { app: string; key: string | undefined; service: string }): GitAuthorization;
  /** Called for every push of one ref or more, once for each ref; all must be accepted. */
  onPush(push: GitPush): Promise<GitPushVerdict>;
  /** Runs after the refs moved. */
  onPushed?(push: { app: string; ref: string; newCommit: string }): void;
}

export interface GitServer {
  /** Handles `/<app>.git/...`; false where the path is not git's. Refuses shallow pushes as Heroku does. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** The commit a branch of the app's repository points at. */
  branchCommit(app: string, branch: string): Promise<string | undefined>;
  repositoryOf(app: string): string;
  close(): Promise<void>;
}

/** An unpacked slug: a folder with the app's files, and its Procfile's process types. */
export interface Slug {
  readonly directory: string;
  /** Process type → command line, `release` included. */
  readonly processTypes: Readonly<Record<string, string>>;
}

export interface SlugStore {
  /** Checks a commit out of a bare repository into a new slug. Throws when the tree has no Procfile. */
  fromCommit(source: {
    slugId: string;
    repository: string;
    commit: string;
    environment?: Readonly<Record<string, string>>;
  }): Promise<Slug>;
  /** Unpacks a .tar.gz; a single top-level folder is stripped, as Heroku does. */
  fromTarball(source: { slugId: string; tarball: Buffer }): Promise<Slug>;
}

export type ProcessState = 'starting' | 'up' | 'crashed' | 'down';

/** How a process ended: with a code, or by a signal. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  /** Dyno name, such as `web.1`. */
  readonly name: string;
  readonly command: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds between the start and the state `up`; a web process must also listen on its PORT. */
  readonly startDelayMs?: number;
  /** Where the process must listen before it counts as up. */
  readonly port?: number;
  /** Gives the process a standard input, {@link RunningProcess.input}; without it that is empty. */
  readonly hasInput?: boolean;
  /** Told with `exit` once the process is gone. */
  onState(state: ProcessState, exit?: ProcessExit): void;
  /** Lines of stdout and stderr. */
  onLine(line: string): void;
  /**
   * Takes stdout and stderr as they come, instead of `onLine`. While a promise that it returned is pending, the
   * process has to wait with its output; once the process has ended, nothing is held back any more.
   */
  onOutput?(chunk: Buffer): void | Promise<void>;
}

export interface RunningProcess {
  readonly pid: number;
  readonly state: ProcessState;
  /** Its standard input, where it was asked for. */
  readonly input: Writable | undefined;
  /** Sends a signal to the process group; nothing happens where it is gone. */
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM to the process group, SIGKILL after `graceMs` (Heroku: 30 s). Resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
  readonly exited: Promise<ProcessExit>;
}

/** Starts real processes with bash, each in a process group of its own. */
export interface ProcessHost {
  start(options: ProcessOptions): RunningProcess;
  /** A port of loopback that is free now. */
  freePort(): Promise<number>;
  close(): Promise<void>;
}

/** What the router has to know about an app at the moment of one request. */
export interface Route {
  readonly maintenance: boolean;
  /** Ports of the web dynos that are up. */
  readonly webPorts: readonly number[];
  /** Addresses of the app's own pages, from its config vars. */
  readonly maintenancePage?: string | undefined;
  readonly errorPage?: string | undefined;
}

export interface RouterOptions {
  /** `app` is the first label of the Host header, or the first path segment under `/_app/<name>/`. */
  route(app: string): Route | undefined;
  onRequest?(entry: RouterEntry): void;
}

/** What became of a request to an app. */
export interface RouterEntry {
  readonly app: string;
  /** `ok`, `maintenance` (H80), `no-web` (H14), `refused` (H10/H13), `timeout`, `interrupted`, `unknown-app`. */
  readonly outcome: string;
  /** Heroku's code and its words for what went wrong, where the router answered itself. */
  readonly code?: string | undefined;
  readonly desc?: string | undefined;
  readonly status: number;
  readonly method: string;
  readonly host: string;
  /** As the app gets to see it. */
  readonly path: string;
}

export interface Router {
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/** A self-signed certificate authority and a server certificate for loopback, made by a library. */
export interface Certificates {
  /** PEM of the authority, for NODE_EXTRA_CA_CERTS and GIT_SSL_CAINFO. */
  readonly authority: string;
  readonly certificate: string;
  readonly privateKey: string;
}
