import { StringDecoder } from 'node:string_decoder';

/** The longest line that is passed on, in characters. Heroku itself splits log lines at 10 000 bytes (Dev Center: Limits). */
const LONGEST_LINE = 10_000;

/**
 * Cuts a stream of bytes at the ends of lines, whatever the chunks: characters and line ends may be split over
 * them. What a chunk completes is passed on at once and together: one line or more, with a line feed between
 * them and none at the end.
 *
 * Holds one line at the most, and of that a bounded part: the rest is counted and left out, and the cut
 * comes at a space, so that no part of a word that ought to be masked is passed on alone.
 */
export class WholeLines {
  readonly #onLines: (lines: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  #leftOut = 0;

  constructor(onLines: (lines: string) => void) {
    this.#onLines = onLines;
  }

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  }

  /** The stream has ended: passes on a last line that has no line end. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#line !== '' || this.#leftOut > 0) this.#onLines(this.#finish());
  }

  #take(text: string): void {
    const end = text.lastIndexOf('\n');
    if (end < 0) {
      this.#append(text);
      return;
    }
    const lines = this.#complete(text.slice(0, end));
    this.#append(text.slice(end + 1));
    this.#onLines(lines);
  }

  /** The line at hand and what completes it and further ones. */
  #complete(text: string): string {
    const lines = this.#line + text;
    // Looked at one by one only where it makes a difference: a migration may print millions of them.
    if (this.#leftOut > 0 || hasLongLine(lines)) {
      const each = text.split('\n').map((part) => {
        this.#append(part);
        return this.#finish();
      });
      return each.join('\n');
    }
    this.#line = '';
    return lines.includes('\r') ? lines.replace(/\r(?=\n|$)/g, '') : lines;
  }

  #append(text: string): void {
    if (this.#leftOut > 0) {
      this.#leftOut += text.length;
      return;
    }
    this.#line += text;
    if (this.#line.length <= LONGEST_LINE) return;
    const space = this.#line.lastIndexOf(' ', LONGEST_LINE);
    const kept = Math.max(0, space);
    this.#leftOut = this.#line.length - kept;
    this.#line = this.#line.slice(0, kept);
  }

  #finish(): string {
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
    const note = this.#leftOut > 0 ? ` [${this.#leftOut} more characters of this line left out]` : '';
    this.#line = '';
    this.#leftOut = 0;
    return `${line}${note}`;
  }
}

/** The same, with each line passed on by itself. */
export class LineSplitter extends WholeLines {
  constructor(onLine: (line: string) => void) {
    super((lines) => lines.split('\n').forEach((line) => onLine(line)));
  }
}

function hasLongLine(lines: string): boolean {
  for (let from = 0; lines.length - from > LONGEST_LINE;) {
    const end = lines.lastIndexOf('\n', from + LONGEST_LINE);
    if (end < from) return true;
    from = end + 1;
  }
  return false;
}
