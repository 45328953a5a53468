/** How much of the stream's beginning and of its last part is remembered, in bytes. */
const REMEMBERED = 512;

/** What Heroku's stream servers put in to keep an idle connection open. It is no part of the output. */
const KEEP_ALIVE = 0;

/** The chunk without keep-alive bytes. */
export function withoutKeepAlive(chunk: Uint8Array): Uint8Array {
  return chunk.includes(KEEP_ALIVE) ? chunk.filter((byte) => byte !== KEEP_ALIVE) : chunk;
}

/**
 * How far an output stream has been read, so that it can be gone on with after a cut.
 *
 * Heroku documents that a plain text stream is resumed with `Range` (Dev Center: Platform API Reference,
 * build output stream), and not what a server answers: 206 from the asked place, 200 from the asked place,
 * and 200 from the beginning are all about. So a little of what was read is asked for again, and what
 * comes is matched with what is remembered of the stream's beginning and of its last part.
 */
export class StreamPosition {
  #seen = 0;
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);

  /** Bytes of output that were read, keep-alive bytes not counted. */
  get seen(): number {
    return this.#seen;
  }

  /** Where to go on reading, or 0 for the whole stream. */
  get resumeAt(): number {
    return this.#seen - this.#tail.length;
  }

  /** Takes note of bytes that were read. */
  advance(bytes: Uint8Array): void {
    this.#seen += bytes.length;
    if (this.#head.length < REMEMBERED) {
      this.#head = Buffer.concat([this.#head, bytes.subarray(0, REMEMBERED - this.#head.length)]);
    }
    const tail = bytes.length >= REMEMBERED ? bytes : Buffer.concat([this.#tail, bytes]);
    this.#tail = Buffer.from(tail.subarray(Math.max(0, tail.length - REMEMBERED)));
  }

  /** Begins to read an answer to a request that asked for {@link resumeAt}. */
  resume(status: number, contentRange: string | undefined): Resumption {
    if (this.#seen === 0) return new Resumption([], 0);
    const fromStart = { expected: this.#head, skip: this.#seen };
    const fromTail = { expected: this.#tail, skip: this.#tail.length };
    if (status !== 206) return new Resumption(this.resumeAt === 0 ? [fromStart] : [fromStart, fromTail]);
    const start = /^bytes (\d+)-/i.exec(contentRange ?? '')?.[1];
    if (start === undefined || Number(start) === this.resumeAt) return new Resumption([fromTail]);
    return new Resumption(Number(start) === 0 ? [fromStart] : []);
  }
}

interface Candidate {
  /** The bytes that the answer begins with if it starts where this candidate says. */
  readonly expected: Buffer;
  /** How many of the answer's bytes were read before. */
  readonly skip: number;
}

/** Finds where an answer goes on from what was read before. */
export class Resumption {
  #candidates: readonly Candidate[];
  #held = Buffer.alloc(0);
  #skip: number | undefined;

  /** `skip`: bytes to leave out, where that is known without looking at them. */
  constructor(candidates: readonly Candidate[], skip?: number) {
    this.#candidates = candidates;
    this.#skip = skip;
  }

  /** Whether the answer has come past what was read before. */
  get caughtUp(): boolean {
    return this.#skip === 0;
  }

  /**
   * What of the answer's next bytes is new; empty while that is not known.
   * @returns undefined when the answer is not a continuation of what was read before.
   */
  push(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#skip === undefined) {
      this.#held = Buffer.concat([this.#held, bytes]);
      this.#candidates = this.#candidates.filter(({ expected }) => agrees(this.#held, expected));
      const [match] = this.#candidates;
      if (match === undefined) return undefined;
      if (this.#held.length < match.expected.length) return new Uint8Array();
      this.#skip = match.skip;
      bytes = this.#held;
      this.#held = Buffer.alloc(0);
    }
    const fresh = bytes.subarray(Math.min(this.#skip, bytes.length));
    this.#skip -= bytes.length - fresh.length;
    return fresh;
  }
}

function agrees(held: Buffer, expected: Buffer): boolean {
  const length = Math.min(held.length, expected.length);
  return held.subarray(0, length).equals(expected.subarray(0, length));
}
