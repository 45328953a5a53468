/** How much of the log the report shows (`report-log`). */
export type ReportLog = 'full' | 'tail' | 'none';

/** A migration may print gigabytes: of a long log its beginning and its end are kept, this many characters of each. */
const KEPT = 1_000_000;
const TAIL_LINES = 200;

/** Part of a log, in order, with how many lines are left out and where. */
export interface KeptLog {
  readonly lines: readonly string[];
  readonly leftOut: number;
  /** The left-out lines stood before the line of this index. */
  readonly at: number;
}

/** Remembers what a run printed, in memory that does not grow. */
export class LogKeeper {
  readonly #kept: number;
  readonly #head: string[] = [];
  #headRoom: number;
  #tail: string[] = [];
  #first = 0;
  #tailSize = 0;
  #leftOut = 0;

  constructor(kept = KEPT) {
    this.#headRoom = this.#kept = kept;
  }

  /** Takes whole lines, each with its line break, as they were printed. */
  add(text: string): void {
    for (const line of text.replace(/\n$/, '').split('\n')) this.#addLine(line);
  }

  /** What the report shows. A line that is longer than all that is kept is cut. */
  read(how: ReportLog): KeptLog {
    const tail = this.#tail.slice(this.#first);
    if (how === 'none') return { lines: [], leftOut: this.#head.length + this.#leftOut + tail.length, at: 0 };
    if (how === 'full') {
      return { lines: [...this.#head, ...tail], leftOut: this.#leftOut, at: this.#head.length };
    }
    // Lines of the head are the last ones only where none after them was left out.
    const last = this.#leftOut > 0 ? tail : [...this.#head, ...tail];
    const lines = last.slice(-TAIL_LINES);
    const leftOut = this.#head.length + this.#leftOut + tail.length - lines.length;
    return { lines, leftOut, at: 0 };
  }

  #addLine(whole: string): void {
    const line = whole.length > this.#kept ? `${whole.slice(0, this.#kept - 1)}…` : whole;
    if (this.#headRoom > line.length) {
      this.#head.push(line);
      this.#headRoom -= line.length + 1;
      return;
    }
    this.#headRoom = 0;
    this.#tail.push(line);
    this.#tailSize += line.length + 1;
    while (this.#tailSize > this.#kept && this.#tail.length - this.#first > 1) {
      this.#tailSize -= (this.#tail[this.#first]?.length ?? 0) + 1;
      this.#first += 1;
      this.#leftOut += 1;
    }
    // Now and then, because moving all lines for each one would take long.
    if (this.#first > 1_000 && this.#first > this.#tail.length / 2) {
      this.#tail = this.#tail.slice(this.#first);
      this.#first = 0;
    }
  }
}
