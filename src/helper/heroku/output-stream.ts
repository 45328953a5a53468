import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { Cutoff } from './cutoff.ts';
import { LineSplitter } from './lines.ts';
import { NetworkFault } from './network-fault.ts';
import { StreamPosition, withoutKeepAlive } from './stream-position.ts';
import { parseSafeUrl } from './transport.ts';
import type { OpenAnswer, Wire } from './wire.ts';

export interface OutputStreamOptions {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent: string;
  /** Any of them ends it. */
  readonly signals: readonly (AbortSignal | undefined)[];
  /** Milliseconds without a byte after which the connection is made anew. */
  readonly idleMs: number;
}

/** A stream answers 404 until its command starts. */
const START_LIMIT_MS = 120_000;
const START_POLL_MS = 1_000;
/** Connections in a row that bring nothing new, before giving up. */
const FRUITLESS_LIMIT = 10;
const LONGEST_PAUSE_MS = 10_000;

type Outcome =
  /** The stream came to its end. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'not-there' }
  /** It broke off, and another connection may bring more. */
  | { readonly kind: 'cut'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Follows an output stream to its end, line by line, over as many connections as it takes. The URL is
 * pre-signed and of another host, so the API key is never sent to it, and the URL is never shown.
 * @returns false where it could not be followed to the end, or a signal ended it.
 */
export async function followOutput(
  url: string,
  onLine: (line: string) => void,
  options: OutputStreamOptions,
): Promise<boolean> {
  const target = parseSafeUrl(url);
  if (target === undefined) {
    options.log.warn('The output cannot be followed: Heroku named a stream that is not https.');
    return false;
  }
  options.log.addSecret(url);
  const stop = new Cutoff({ signals: options.signals });
  const lines = new LineSplitter(onLine);
  try {
    return await new Follower(target, lines, options, stop.signal).follow();
  } catch (error) {
    if (stop.signal.aborted) return false;
    throw error;
  } finally {
    stop.release();
    lines.end();
  }
}

class Follower {
  readonly #url: URL;
  readonly #lines: LineSplitter;
  readonly #options: OutputStreamOptions;
  readonly #signal: AbortSignal;
  readonly #position = new StreamPosition();

  constructor(url: URL, lines: LineSplitter, options: OutputStreamOptions, signal: AbortSignal) {
    this.#url = url;
    this.#lines = lines;
    this.#options = options;
    this.#signal = signal;
  }

  async follow(): Promise<boolean> {
    const { clock } = this.#options;
    const startLimit = clock.now() + START_LIMIT_MS;
    for (let fruitless = 0; ;) {
      this.#signal.throwIfAborted();
      const before = this.#position.seen;
      const outcome = await this.#connect();
      this.#signal.throwIfAborted();
      if (outcome.kind === 'ended') return true;
      if (outcome.kind === 'refused') return this.#giveUp(outcome.why);
      if (outcome.kind === 'not-there') {
        if (before > 0) return this.#giveUp('it is gone');
        if (clock.now() >= startLimit) return this.#giveUp('it did not begin');
        await clock.sleep(START_POLL_MS, this.#signal);
        continue;
      }
      fruitless = this.#position.seen > before ? 1 : fruitless + 1;
      if (fruitless > FRUITLESS_LIMIT) return this.#giveUp(outcome.why);
      await clock.sleep(Math.min(fruitless * 1_000, LONGEST_PAUSE_MS), this.#signal);
    }
  }

  #giveUp(why: string): boolean {
    this.#options.log.warn(`The rest of the output is not shown here: ${why}. The run goes on without it.`);
    return false;
  }

  async #connect(): Promise<Outcome> {
    const cutoff = new Cutoff({ ms: this.#options.idleMs, signals: [this.#signal] });
    const { resumeAt } = this.#position;
    try {
      const answer = await this.#options.wire.open(
        {
          method: 'GET',
          url: this.#url,
          headers: {
            Accept: 'text/plain',
            'User-Agent': this.#options.userAgent,
            ...(resumeAt > 0 ? { Range: `bytes=${resumeAt}-` } : {}),
          },
        },
        cutoff,
      );
      return outcomeOfStatus(answer) ?? (await this.#read(answer, cutoff));
    } catch (error) {
      if (!(error instanceof NetworkFault)) throw error;
      return {
        kind: 'cut',
        why: error.kind === 'timed-out' ? 'nothing came for a while' : 'the connection broke',
      };
    } finally {
      cutoff.cut();
    }
  }

  async #read(answer: OpenAnswer, cutoff: Cutoff): Promise<Outcome> {
    const resumption = this.#position.resume(answer.status, answer.header('content-range'));
    for await (const chunk of answer.body) {
      cutoff.keepAlive();
      const fresh = resumption.push(withoutKeepAlive(chunk));
      if (fresh === undefined) {
        return { kind: 'refused', why: 'after a cut it went on with something else' };
      }
      this.#position.advance(fresh);
      this.#lines.push(fresh);
    }
    // Shorter than what was read before: whoever answered does not have the whole stream.
    return resumption.caughtUp ? { kind: 'ended' } : { kind: 'cut', why: 'it came back shorter than before' };
  }
}

/** What an answer without output means; undefined where the output follows. */
function outcomeOfStatus(answer: OpenAnswer): Outcome | undefined {
  const { status } = answer;
  if (status === 204) return { kind: 'ended' };
  if (status === 404) return { kind: 'not-there' };
  if (status >= 500 || status === 429 || status === 408)
    return { kind: 'cut', why: `its server answered ${status}` };
  if (status !== 200 && status !== 206) return { kind: 'refused', why: `its server answered ${status}` };
  const encoding = answer.header('content-encoding') ?? 'identity';
  // It was not asked for, and compressed bytes can be neither counted nor resumed.
  return encoding === 'identity' ? undefined : { kind: 'refused', why: 'it came compressed' };
}
