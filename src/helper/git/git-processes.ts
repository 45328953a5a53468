import type { Secret } from '../output/secret.ts';
import type { ConfigSetting } from './config-variables.ts';
import {
  cleanEnvironment,
  type Environment,
  gitEnvironment,
  type JobEnvironment,
  offlineEnvironment,
} from './environment.ts';
import { gitFailure } from './failures.ts';
import { type GitResult, runGit } from './run.ts';

export interface GitOptions {
  /** Where git runs: the job's working directory. */
  readonly directory: string;
  /** The job's environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** Default: `git`, found in the environment's PATH. */
  readonly gitBinary?: string;
  /** Variables that no git process gets, such as `HEROKU_API_KEY`. */
  readonly secretVariables?: readonly string[];
  /** No git process gets a variable that contains one of these, as it is or in base64. */
  readonly secretValues?: readonly Secret[];
  /** Limit in milliseconds of a command that talks to no server; five times that where files are read in bulk. Default: one minute. */
  readonly commandTimeoutMs?: number;
  /** Limit in milliseconds of a fetch that nobody asked for by name, such as that of a file's missing blob. Default: five minutes. */
  readonly fetchTimeoutMs?: number;
  /** Milliseconds that git has to end after SIGTERM before it is killed. Default: two seconds. */
  readonly killGraceMs?: number;
  /** How many times faster than the machine's the clock of the limits is that callers give. Default: 1. */
  readonly timeLapse?: number;
}

/** Where git works instead, with the same surroundings. */
export interface Elsewhere {
  readonly directory?: string;
  /** A git directory, in place of the one that git would find. */
  readonly repository?: string;
  /** An index file, in place of that directory's. */
  readonly index?: string;
}

export interface NetworkLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface OfflineOptions {
  readonly input?: string;
  /** Reads many files or much history, and may take longer. */
  readonly bulk?: boolean;
  readonly settings?: readonly ConfigSetting[];
  /** Paths among the arguments are patterns. */
  readonly globs?: boolean;
}

const COMMAND_TIMEOUT_MS = 60_000;
const FETCH_TIMEOUT_MS = 5 * 60_000;
const KILL_GRACE_MS = 2_000;
const BULK_FACTOR = 5;

/**
 * The git processes of one clone. The job's environment may hold the key, so it is kept where printing this
 * object does not show it.
 */
export class GitProcesses {
  readonly #options: GitOptions;
  readonly #job: JobEnvironment;
  readonly #where: Environment;
  readonly #network: { requests: number };
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(options: GitOptions, where: Elsewhere = {}, network = { requests: 0 }) {
    this.#options = where.directory === undefined ? options : { ...options, directory: where.directory };
    this.#where = {
      ...(where.repository === undefined ? {} : { GIT_DIR: where.repository }),
      ...(where.index === undefined ? {} : { GIT_INDEX_FILE: where.index }),
    };
    this.#network = network;
    this.#job = cleanEnvironment(options.environment, {
      variables: options.secretVariables ?? [],
      values: (options.secretValues ?? []).map((secret) => secret.reveal()),
    });
  }

  /** The same in another folder or repository; what it asks of servers is counted here. */
  elsewhere(where: Elsewhere): GitProcesses {
    return new GitProcesses(this.#options, where, this.#network);
  }

  get directory(): string {
    return this.#options.directory;
  }

  /** How many processes were started that talk to a server. */
  get networkRequests(): number {
    return this.#network.requests;
  }

  /** What cannot change while a run lasts, such as a commit's tree, is asked for once; a failure is asked again. */
  once<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const known = (this.#known.get(what) ?? ask()) as Promise<T>;
    this.#known.set(what, known);
    known.catch(() => this.#known.delete(what));
    return known;
  }

  get fetchLimits(): NetworkLimits {
    return { timeoutMs: this.#options.fetchTimeoutMs ?? FETCH_TIMEOUT_MS };
  }

  /**
   * Runs a command that cannot talk to a server, and gives its result whatever the exit status.
   * @throws Failure where it did not come to an end by itself; Refusal where git or its directory is missing.
   */
  async offline(
    args: readonly string[],
    options: OfflineOptions = {},
  ): Promise<GitResult & { exitCode: number }> {
    const timeoutMs =
      (this.#options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS) * (options.bulk ? BULK_FACTOR : 1);
    const input = options.input === undefined ? {} : { input: options.input };
    const result = await this.#run({
      args,
      timeoutMs,
      environment: offlineEnvironment(this.#job, options.settings, options.globs),
      ...input,
    });
    const { exitCode } = result;
    if (result.ended !== 'by-itself' || exitCode === undefined) throw gitFailure(result);
    return { ...result, exitCode };
  }

  /**
   * Runs a command that cannot talk to a server, and gives what it wrote.
   * @throws Failure or Refusal where it did not exit with 0.
   */
  async read(args: readonly string[], options: OfflineOptions = {}): Promise<Buffer> {
    const result = await this.offline(args, options);
    if (result.exitCode !== 0) throw gitFailure(result);
    return result.stdout;
  }

  /** Runs a command that talks to the clone's origin with the job's own credentials, and gives its result. */
  async fetch(
    args: readonly string[],
    limits: NetworkLimits,
    options: { input?: string; settings?: readonly ConfigSetting[] } = {},
  ): Promise<GitResult> {
    const { input = '', settings = [] } = options;
    this.#network.requests += limits.signal?.aborted ? 0 : 1;
    const environment = gitEnvironment(this.#job, { settings });
    return this.#run({ args, environment, input, ...this.#onThisMachine(limits) });
  }

  /** Runs the push, in an environment made from the job's. */
  async push(
    args: readonly string[],
    environment: (job: JobEnvironment) => Environment,
    limits: NetworkLimits,
    on: { stdout(chunk: Buffer): void; stderr(chunk: Buffer): void },
  ): Promise<GitResult> {
    this.#network.requests += limits.signal?.aborted ? 0 : 1;
    return this.#run({
      args,
      environment: environment(this.#job),
      onStdout: (chunk) => on.stdout(chunk),
      onStderr: (chunk) => on.stderr(chunk),
      ...this.#onThisMachine(limits),
    });
  }

  #onThisMachine(limits: NetworkLimits): NetworkLimits {
    return { ...limits, timeoutMs: limits.timeoutMs / (this.#options.timeLapse ?? 1) };
  }

  async #run(
    command: Omit<Parameters<typeof runGit>[0], 'directory' | 'binary' | 'graceMs'>,
  ): Promise<GitResult> {
    return runGit({
      ...command,
      environment: { ...command.environment, ...this.#where },
      directory: this.#options.directory,
      binary: this.#options.gitBinary ?? 'git',
      graceMs: this.#options.killGraceMs ?? KILL_GRACE_MS,
    });
  }
}
