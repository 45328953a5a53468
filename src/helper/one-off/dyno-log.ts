import { HerokuCdError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Dyno, Heroku, LogStream } from '../ports/heroku.ts';
import type { Log } from '../ports/log.ts';
import { messageOf } from '../output/message.ts';
import { Latch, within } from './waits.ts';
import { errorCodeIn, exitStatusIn, isStart, isStop, type LogLine, parseLogLine } from './log-line.ts';

/** What the platform's log says about one dyno. */
export interface DynoFacts {
  /** Whether its command was started. */
  readonly started: boolean;
  readonly exitStatus: number | undefined;
  /** Whether the platform told its processes to end before they did, whoever wanted that. */
  readonly stopped: boolean;
  /** Error codes such as `R14`, in order, each once. */
  readonly errorCodes: readonly string[];
}

interface Seen {
  startedAt: number | undefined;
  exit: { readonly at: number; readonly status: number } | undefined;
  stopped: boolean;
  errorCodes: Set<string>;
}

const OPEN_LIMIT_MS = 20_000;
const PAUSES_MS = [1_000, 2_000, 5_000, 15_000];
/** More dynos of one type than log anything while one is being created. */
const MOST_DYNOS = 200;
/** All that Heroku keeps of an app's log (Dev Center: Logging). */
const WHOLE_HISTORY = 1_500;
/** By how much a line may be dated before the dyno it is about: `created_at` and the log have different clocks. */
const CLOCK_SKEW_MS = 2_000;

/**
 * Follows the platform's log about a one-off dyno, from before there is one.
 *
 * The session is opened before the dyno is asked for, filtered by the process type, which is known then,
 * as the dyno's name is not: only so can the log prove that a command was never started, after an answer
 * that got lost. Where the log is not needed for that, a second session under the dyno's own name looks
 * at what Heroku has kept, see {@link lookAgain}.
 */
export class DynoLog {
  readonly #heroku: Heroku;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #app: string;
  readonly #type: string;
  readonly #nonce: string;
  readonly #closed = new AbortController();
  readonly #seen = new Map<string, Seen>();
  readonly #exited = new Latch();
  #dyno: Dyno | undefined;
  #whole = false;
  #startedByNonce = false;
  #warned = false;

  constructor(
    ports: { heroku: Heroku; clock: Clock; log: Log },
    about: { app: string; type: string; nonce: string },
  ) {
    this.#heroku = ports.heroku;
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#app = about.app;
    this.#type = about.type;
    this.#nonce = about.nonce;
  }

  /**
   * Opens the session, and waits a little for it. Where it does not come, a warning says so, it is tried
   * again in the background, and the log proves nothing by what it does not say.
   */
  async open(): Promise<void> {
    let inTime = true;
    const first = this.#connect({ dyno: this.#type }).then((stream) => {
      this.#whole = inTime && stream !== undefined;
      return stream;
    });
    void this.#keepOpen(first);
    await within(first, OPEN_LIMIT_MS, this.#clock);
    inTime = false;
  }

  /** Whether the log has been read without a gap since before the dyno was asked for. */
  get whole(): boolean {
    return this.#whole;
  }

  /** Whether some dyno was started with a command that holds this run's nonce. */
  get startedByNonce(): boolean {
    return this.#startedByNonce;
  }

  /** Resolved when the log has the exit status of the dyno that is followed. */
  get exited(): Promise<void> {
    return this.#exited.opened;
  }

  /** From now on the log is about this dyno. */
  follow(dyno: Dyno): void {
    this.#dyno = dyno;
    for (const name of this.#seen.keys()) if (name !== dyno.name) this.#seen.delete(name);
    if (this.facts.exitStatus !== undefined) this.#exited.open();
  }

  get facts(): DynoFacts {
    const seen = this.#dyno && this.#seen.get(this.#dyno.name);
    const since = Date.parse(this.#dyno?.createdAt ?? '') - CLOCK_SKEW_MS;
    // Names are used again, and a log begins with the near past. A time that cannot be read excludes nothing.
    const counts = (at: number): boolean => !(at < since);
    return {
      started: seen?.startedAt !== undefined && counts(seen.startedAt),
      exitStatus: seen?.exit !== undefined && counts(seen.exit.at) ? seen.exit.status : undefined,
      stopped: seen?.stopped === true,
      errorCodes: [...(seen?.errorCodes ?? [])],
    };
  }

  /** Reads what Heroku has kept about the dyno, for lines that the first session did not bring. */
  async lookAgain(): Promise<void> {
    if (this.#dyno === undefined || this.facts.exitStatus !== undefined) return;
    await this.#connect({ dyno: this.#dyno.name, lines: WHOLE_HISTORY });
  }

  close(): void {
    this.#closed.abort();
  }

  /** Sessions end after an hour, and before that for any reason: then another one is opened. */
  async #keepOpen(first: Promise<LogStream | undefined>): Promise<void> {
    let stream = await first;
    for (let failures = 0; ;) {
      await stream?.ended;
      this.#whole = false;
      if (this.#closed.signal.aborted) return;
      try {
        await this.#clock.sleep(
          PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0,
          this.#closed.signal,
        );
      } catch {
        // Closed meanwhile.
        return;
      }
      stream = await this.#connect(
        this.#dyno === undefined ? { dyno: this.#type } : { dyno: this.#dyno.name, lines: WHOLE_HISTORY },
      );
      failures = stream === undefined ? failures + 1 : 0;
    }
  }

  async #connect(filter: { dyno: string; lines?: number }): Promise<LogStream | undefined> {
    const { signal } = this.#closed;
    try {
      return await this.#heroku.openLog(this.#app, filter, (line) => this.#take(line), { signal });
    } catch (error) {
      // Whatever went wrong with the log, it must not end what the log is about.
      const what = error instanceof HerokuCdError ? error.what : messageOf(error);
      if (!this.#warned && !signal.aborted) {
        this.#log.warn(
          `The log of ${this.#app} cannot be read: ${what} Should the connection to the dyno break, how its command ended may stay unknown.`,
        );
      }
      this.#warned = true;
      return undefined;
    }
  }

  #take(text: string): void {
    const line = parseLogLine(text);
    // Only the first line of a command may stand beside the words that it is started, so any with the nonce is
    // proof; but for the API's, which says that it was asked for.
    if (text.includes(this.#nonce) && line?.dyno !== 'api') this.#startedByNonce = true;
    if (line === undefined) return;
    // The log's own losses: what is not there proves nothing any more (Dev Center: Error Codes, L10 and on).
    if (errorCodeIn(line)?.startsWith('L')) this.#whole = false;
    if (this.#dyno === undefined ? line.dyno.startsWith(`${this.#type}.`) : line.dyno === this.#dyno.name) {
      this.#note(line);
    }
  }

  #note(line: LogLine): void {
    const seen = this.#seenOf(line.dyno);
    const status = exitStatusIn(line);
    const code = errorCodeIn(line);
    if (isStart(line)) seen.startedAt = line.at;
    if (code !== undefined) seen.errorCodes.add(code);
    if (isStop(line) && seen.exit === undefined) seen.stopped = true;
    if (status !== undefined) seen.exit = { at: line.at, status };
    if (line.dyno === this.#dyno?.name && this.facts.exitStatus !== undefined) this.#exited.open();
  }

  #seenOf(dyno: string): Seen {
    const known = this.#seen.get(dyno);
    if (known !== undefined) return known;
    const [oldest] = this.#seen.keys();
    if (this.#seen.size >= MOST_DYNOS && oldest !== undefined) this.#seen.delete(oldest);
    const fresh: Seen = { startedAt: undefined, exit: undefined, stopped: false, errorCodes: new Set() };
    this.#seen.set(dyno, fresh);
    return fresh;
  }
}
