import { StringDecoder } from 'node:string_decoder';

/** The longest line that is passed on, in characters. Heroku itself splits log lines at 10 000 bytes (Dev Center: Limits). */
const LONGEST_LINE = 10_000;

/**
 * Cuts a stream of bytes into lines, whatever the chunks: characters and line ends may be split over them.
 * Holds one line at the most, and of that a bounded part: the rest is counted and left out, and the cut
 * comes at a space, so that no part of a word that ought to be masked is passed on alone.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  #leftOut = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  }

  /** The stream has ended: passes on a last line that has no line end. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#line !== '' || this.#leftOut > 0) this.#flush();
  }

  #take(text: string): void {
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.#append(text.slice(from, at));
      this.#flush();
      from = at + 1;
    }
    this.#append(text.slice(from));
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

  #flush(): void {
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
    const note = this.#leftOut > 0 ? ` [${this.#leftOut} more characters of this line left out]` : '';
    this.#line = '';
    this.#leftOut = 0;
    this.#onLine(`${line}${note}`);
  }
}
