import type { Clock } from '../ports/clock.ts';
import type { Git } from '../ports/git.ts';
import type { Heroku } from '../ports/heroku.ts';
import type { Log } from '../ports/log.ts';
import type { Secret } from '../output/secret.ts';

/** Everything that a deployment reaches the world by. */
export interface Ports {
  /** Stops working when the run is interrupted. */
  readonly heroku: Heroku;
  /** The same client, its counts included, for what must go on after an interruption. */
  readonly closingHeroku: Heroku;
  readonly git: Git;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: StateStore;
  /** The job's environment: CircleCI's built-in variables are read from it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly apiKey: Secret;
  /** Base of the git URLs, such as `https://git.heroku.com`. */
  readonly gitBase: string;
  /** Aborted by SIGINT, SIGTERM and SIGHUP, with an `Interrupted` as its reason. */
  readonly signal: AbortSignal;
}

/** The state directory of one app. Files in it never hold a secret. */
export interface StateStore {
  readonly directory: string;
  /** Makes the folder and proves that it can be written. Throws `Refusal`. */
  prepare(): Promise<void>;
  /** Replaces a file at once; readable by its owner alone. Throws `Refusal` where it cannot be written. */
  write(name: string, content: unknown): Promise<string>;
  /** Undefined where there is no such file, null where it is damaged. */
  read(name: string): Promise<unknown>;
  /**
   * Tells the steps around this one that the journal is this run's own, and of which app: a copy of another
   * run's, saved later than that run's next one, would hide it.
   */
  own(appId: string): Promise<void>;
}
