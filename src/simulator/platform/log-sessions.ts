import type { LogLine } from './app-log.ts';
import { newId } from './ids.ts';
import type { App } from './model.ts';

/** Which lines a log session has, and for how long. */
export interface LogFilter {
  /** A dyno's name, or a process type, whose dynos are all meant then; also `router` and `api`. */
  readonly dyno?: string;
  /** `app` or `heroku`. */
  readonly source?: string;
  /** Newest lines of the past to begin with; 100 if missing. */
  readonly lines?: number;
  /** Whether it goes on with new lines; otherwise it ends after those of the past. */
  readonly tail?: boolean;
}

/** One permission to read an app's log, at an address that is its own credential. */
export interface LogSession {
  readonly id: string;
  readonly token: string;
  readonly app: App;
  readonly filter: LogFilter;
  readonly createdAt: Date;
}

/** A session's address has to be used within five minutes (Dev Center: Platform API reference, log session). */
const lifetimeMs = 300_000;
const defaultLines = 100;

/** The log sessions that can be read now. */
export class LogSessions {
  readonly #sessions = new Map<string, LogSession>();

  create(app: App, filter: LogFilter): LogSession {
    const session = { id: newId(), token: newId(), app, filter, createdAt: new Date() };
    this.#dropExpired();
    this.#sessions.set(session.id, session);
    return session;
  }

  /** The session whose address this is; undefined for a wrong token, and after its time. */
  find(id: string, token: unknown): LogSession | undefined {
    this.#dropExpired();
    const session = this.#sessions.get(id);
    return session?.token === token ? session : undefined;
  }

  #dropExpired(): void {
    const oldest = Date.now() - lifetimeMs;
    for (const [id, { createdAt }] of this.#sessions) {
      if (createdAt.getTime() < oldest) this.#sessions.delete(id);
    }
  }
}

export function isWanted({ dyno, source }: LogFilter, line: LogLine): boolean {
  if (source !== undefined && line.source !== source) return false;
  return dyno === undefined || line.dyno === dyno || line.dyno.startsWith(`${dyno}.`);
}

/** The lines of the past that a session begins with. */
export function historyOf({ app, filter }: LogSession): readonly LogLine[] {
  const count = filter.lines ?? defaultLines;
  return count === 0 ? [] : app.log.lines.filter((line) => isWanted(filter, line)).slice(-count);
}
