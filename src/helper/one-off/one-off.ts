import type { HerokuCdError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { App, Heroku } from '../ports/heroku.ts';
import type { Log } from '../ports/log.ts';
import type { Limit } from '../time/budget.ts';
import type { TimedOut } from '../time/wait.ts';

/** What a one-off dyno reaches the world by. */
export interface OneOffPorts {
  /** Stops working when the run is interrupted. */
  readonly heroku: Heroku;
  /** Goes on working after an interruption: stopping a dyno and learning its end needs it. */
  readonly closingHeroku: Heroku;
  readonly clock: Clock;
  readonly log: Log;
  /** Its abort stops the dyno. */
  readonly signal?: AbortSignal;
  /** Authority for the dyno's connection, in PEM, in place of Node's own (which NODE_EXTRA_CA_CERTS adds to). */
  readonly certificateAuthority?: string;
}

/** A command to run once, in a dyno of the app's current release. */
export interface OneOffRequest {
  readonly app: string;
  /** As it was read before: neither its generation nor its space changes. Absent: it is read. */
  readonly known?: App;
  /**
   * For the dyno's shell. Its first word may be a process type, whose command stands in for it. A command
   * that ends with `&` is a syntax error in the dyno, because its end could not be learned.
   */
  readonly command: string;
  /** Process type that names the dyno: `run`, unless given. */
  readonly type?: string;
  /** Absent: Heroku's default, whatever size the app's other dynos have. */
  readonly size?: string;
  /** Variables beside the app's config vars. */
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds after which Heroku itself kills the dyno, whatever becomes of this run; 86400 at the most. */
  readonly timeToLiveSeconds: number;
  /** How long all of it may take, and the parameter that says so. */
  readonly limit: Limit;
  /**
   * Gets what the command prints, as it comes and in whole lines, one or more at once with a line feed between
   * them: stdout and stderr are one stream. Nothing is read meanwhile, so whoever is slow here slows the command.
   */
  onLines(lines: string): void;
}

/** Why a dyno was stopped before its command had ended by itself. */
export type Stop =
  /** The limit was reached; the error names its parameter and says what is known about the end. */
  | { readonly by: 'limit'; readonly error: TimedOut }
  /** The run's signal was aborted, for this reason. */
  | { readonly by: 'signal'; readonly reason: unknown }
  /** {@link OneOff.stop} was called. */
  | { readonly by: 'caller' };

export type OneOffOutcome =
  /**
   * The command ended. `marker`: it said so itself over the dyno's connection, and the dyno is gone. `log`:
   * the platform's log has the exit status of its shell. After a stop, a status of 0 is only reported from a
   * marker.
   */
  | {
      readonly kind: 'exited';
      readonly exitStatus: number;
      readonly evidence: 'marker' | 'log';
      readonly dyno: string;
      /** What Heroku logged about the dyno, such as `R15`. */
      readonly errorCodes?: readonly string[];
      readonly stop?: Stop;
    }
  /** The command may have run, wholly or in part. */
  | {
      readonly kind: 'unknown';
      /** One or more sentences. */
      readonly why: string;
      /** Its name; undefined where not even that is known. */
      readonly dyno: string | undefined;
      /** Whether Heroku says that the dyno is gone. Otherwise it may be running still. */
      readonly gone: boolean;
      readonly stop?: Stop;
    }
  /** The command has not run, which is certain, and no dyno of this run is left. */
  | { readonly kind: 'not-started'; readonly error: HerokuCdError };

/** A one-off dyno under way. */
export interface OneOff {
  /** How it ended. Rejected only by what the caller's `onLines` throws, or by a fault in this program. */
  readonly outcome: Promise<OneOffOutcome>;
  /** Stops the dyno and learns its end, or prevents it where it has not begun. */
  stop(): Promise<OneOffOutcome>;
}
