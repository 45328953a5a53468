import { newId } from './ids.ts';

/**
 * The output of a build or a release command while it comes into being: kept whole, so that readers may
 * come late or resume at any byte.
 */
export class OutputStream {
  /** Hard to guess, because the stream's address is read without credentials. */
  readonly token = newId();
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #started = false;
  #ended = false;
  readonly #readers = new Set<() => void>();

  get started(): boolean {
    return this.#started;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  /** From here on the stream can be read; before, its address answers 404. */
  start(): void {
    this.#started = true;
  }

  writeLine(line: string): void {
    this.#started = true;
    const bytes = Buffer.from(`${line}\n`);
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    this.#tell();
  }

  end(): void {
    this.#started = true;
    this.#ended = true;
    this.#tell();
  }

  /**
   * Hands all bytes from `offset` on to `write`, those that exist and those to come, and calls `end` after
   * the last one. Returns what stops it early.
   */
  read(offset: number, write: (bytes: Buffer) => void, end: () => void): () => void {
    let skip = offset;
    let next = 0;
    const pull = () => {
      for (let chunk = this.#chunks[next]; chunk; chunk = this.#chunks[++next]) {
        if (skip < chunk.length) write(chunk.subarray(skip));
        skip = Math.max(0, skip - chunk.length);
      }
      if (!this.#ended) return;
      this.#readers.delete(pull);
      end();
    };
    this.#readers.add(pull);
    pull();
    return () => this.#readers.delete(pull);
  }

  #tell(): void {
    for (const reader of [...this.#readers]) reader();
  }
}
