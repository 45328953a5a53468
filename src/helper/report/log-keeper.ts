/** How much of the log the report shows (`report-log`). */
export type ReportLog = 'full' | 'tail' | 'none';

/** A migration may print gigabytes: of a long log its beginning and its end are kept, this many bytes of each. */
const KEPT = 1_000_000;
const TAIL_LINES = 200;
/** Bytes that one UTF-16 code unit takes at the most in UTF-8. */
const LONGEST_CHARACTER = 3;
const LINE_FEED = 0x0a;

/** Part of a log, in order, with how many lines are left out and where. */
export interface KeptLog {
  readonly lines: readonly string[];
  readonly leftOut: number;
  /** The left-out lines stood before the line of this index. */
  readonly at: number;
}

/**
 * Remembers what a run printed, in memory that does not grow. It keeps bytes, because strings that live for a
 * while and then die are what makes V8 take more memory, and of a long log nearly all die.
 */
export class LogKeeper {
  readonly #kept: number;
  readonly #head: Buffer;
  #headSize = 0;
  #headLines = 0;
  #headIsFull = false;
  /** The last bytes of what came after the head: once it is full, it begins anew and overwrites the oldest. */
  readonly #tail: Buffer;
  #tailEnd = 0;
  #tailIsFull = false;
  #tailLines = 0;
  /** Lines between head and tail were not even seen. */
  #hasGap = false;

  constructor(kept = KEPT) {
    this.#kept = kept;
    // Pages that nothing is written to take no memory.
    this.#head = Buffer.allocUnsafeSlow(kept);
    this.#tail = Buffer.allocUnsafeSlow(kept);
  }

  /** Takes whole lines, each with its line break, as they were printed. */
  add(text: string): void {
    const size = Buffer.byteLength(text);
    if (!this.#headIsFull && this.#headSize + size <= this.#kept) this.#addHead(text);
    else if (!this.#headIsFull || size > this.#kept) this.#addEach(text);
    else this.#addTail(text, size);
  }

  /** Takes what another keeper has kept of what came next. */
  append({ lines, leftOut, at }: KeptLog): void {
    const add = (some: readonly string[]): void => {
      if (some.length > 0) this.add(`${some.join('\n')}\n`);
    };
    add(lines.slice(0, at));
    if (leftOut > 0) this.#leaveOut(leftOut);
    add(lines.slice(at));
  }

  /** What the report shows. A line that is longer than all that is kept is cut. */
  read(how: ReportLog): KeptLog {
    const all = this.#headLines + this.#tailLines;
    if (how === 'none') return { lines: [], leftOut: all, at: 0 };
    const [head, tail] = [this.#head.subarray(0, this.#headSize), this.#keptTail()];
    if (how === 'full') {
      const [first, last] = [linesOf(head), linesOf(tail)];
      return { lines: [...first, ...last], leftOut: this.#tailLines - last.length, at: first.length };
    }
    const last = lastLines(tail);
    // Lines of the head are the last ones only where none after them was left out.
    const lines = this.#tailIsFull || this.#hasGap ? last : [...lastLines(head), ...last].slice(-TAIL_LINES);
    return { lines, leftOut: all - lines.length, at: 0 };
  }

  /** There is one gap: what came right before a second one is left out with it. */
  #leaveOut(lines: number): void {
    this.#hasGap = this.#headIsFull = true;
    this.#tailLines += lines;
    this.#tailEnd = 0;
    this.#tailIsFull = false;
  }

  #addEach(text: string): void {
    const longest = Math.floor(this.#kept / LONGEST_CHARACTER) - 1;
    for (const whole of text.replace(/\n$/, '').split('\n')) {
      const cut = Buffer.byteLength(whole) >= this.#kept;
      const line = `${cut ? `${whole.slice(0, longest - 1)}…` : whole}\n`;
      const size = Buffer.byteLength(line);
      this.#headIsFull ||= this.#headSize + size > this.#kept;
      if (this.#headIsFull) this.#addTail(line, size);
      else this.#addHead(line);
    }
  }

  #addHead(text: string): void {
    this.#headLines += countLines(text);
    this.#headSize += this.#head.write(text, this.#headSize);
  }

  #addTail(text: string, size: number): void {
    this.#tailLines += countLines(text);
    const room = this.#kept - this.#tailEnd;
    if (size < room) {
      this.#tailEnd += this.#tail.write(text, this.#tailEnd);
      return;
    }
    const bytes = Buffer.from(text);
    bytes.copy(this.#tail, this.#tailEnd, 0, room);
    this.#tailEnd = bytes.copy(this.#tail, 0, room);
    this.#tailIsFull = true;
  }

  #keptTail(): Buffer {
    const newer = this.#tail.subarray(0, this.#tailEnd);
    if (!this.#tailIsFull) return newer;
    const whole = Buffer.concat([this.#tail.subarray(this.#tailEnd), newer]);
    // The oldest line has lost its beginning, or the line break before it.
    return whole.subarray(whole.indexOf(LINE_FEED) + 1);
  }
}

/** The last lines of some, at most as many as the report shows of a tail. */
function lastLines(bytes: Buffer): string[] {
  let from = bytes.length;
  for (let lines = 0; lines <= TAIL_LINES && from > 0; lines += 1) {
    from = from < 2 ? 0 : bytes.lastIndexOf(LINE_FEED, from - 2) + 1;
  }
  return linesOf(bytes.subarray(from)).slice(-TAIL_LINES);
}

/** Lines of which each has its line break. */
function linesOf(bytes: Buffer): string[] {
  return bytes.length === 0 ? [] : bytes.toString('utf8', 0, bytes.length - 1).split('\n');
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
