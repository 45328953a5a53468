import type { Secret } from '../output/secret.ts';

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
  /** When its state last changed (Platform API Reference: Dyno). */
  readonly updatedAt?: string | undefined;
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
