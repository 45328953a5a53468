import { isStart, parseLogLine } from '../one-off/log-line.ts';
import { messageOf } from '../output/message.ts';
import type { LogStream } from '../ports/heroku.ts';
import type { Ports } from '../deployment/ports.ts';
import { isOurCommand } from './one-offs.ts';

const OPEN_LIMIT_MS = 5_000;
const PAUSE_MS = 5_000;

/**
 * Learns from the app's log of every dyno that is started while a window is open, also of one that has
 * ended before anybody lists the dynos again. The log may lose lines (Dev Center: Logging), so it comes
 * beside looking and not in its place.
 */
export class StartWatch {
  readonly #closed = new AbortController();
  #warned = false;

  constructor(
    private readonly ports: Pick<Ports, 'closingHeroku' | 'clock' | 'log'>,
    private readonly app: string,
    /** Called with the dyno's name. Dynos of our own are left out. */
    private readonly onStart: (dyno: string) => void,
  ) {}

  /** Resolves when the log has begun to come, or has not for some seconds. */
  async open(): Promise<void> {
    const over = new AbortController();
    const first = this.#connect();
    void this.#keepOpen(first);
    const limit = this.ports.clock.sleep(OPEN_LIMIT_MS, over.signal).catch(() => undefined); // The log came.
    await Promise.race([first, limit]);
    over.abort();
  }

  close(): void {
    this.#closed.abort();
  }

  /** Sessions end after an hour at the latest: then another one is opened. */
  async #keepOpen(first: Promise<LogStream | undefined>): Promise<void> {
    const { signal } = this.#closed;
    for (let next = first; ; next = this.#connect()) {
      await (
        await next
      )?.ended;
      await this.ports.clock.sleep(PAUSE_MS, signal).catch(() => undefined); // Closed meanwhile.
      if (signal.aborted) return;
    }
  }

  async #connect(): Promise<LogStream | undefined> {
    const { closingHeroku: heroku, log } = this.ports;
    const { signal } = this.#closed;
    try {
      // Of the past as little as can be asked for: what was started before is found in the list of dynos.
      const filter = { source: 'heroku', lines: 1 } as const;
      return await heroku.openLog(this.app, filter, (line) => this.#take(line), { signal });
    } catch (error) {
      if (!signal.aborted && !this.#warned) {
        this.#warned = true;
        log.warn(
          `The log of ${this.app} cannot be read (${messageOf(error)}): a dyno that starts and ends between two looks goes unnoticed.`,
        );
      }
      return undefined;
    }
  }

  #take(text: string): void {
    if (this.#closed.signal.aborted) return;
    const line = parseLogLine(text);
    if (line?.source === 'heroku' && isStart(line) && !isOurCommand(line.text)) this.onStart(line.dyno);
  }
}
