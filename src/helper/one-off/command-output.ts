import { LineSplitter } from '../heroku/lines.ts';
import { Latch } from './waits.ts';
import type { ExitMarker } from './exit-marker.ts';

/**
 * Turns the bytes of a command's output into lines, and finds the marker among them however it was cut
 * into chunks. The marker and the line break before it are not passed on. Memory is bounded, also for
 * output without line breaks.
 */
export class CommandOutput {
  readonly #marker: ExitMarker;
  readonly #onLine: (line: string) => void;
  readonly #lines = new LineSplitter((line) => this.#take(line));
  readonly #marked = new Latch();
  #exitStatus: number | undefined;
  /** An empty line that may turn out to be the marker's own line break. */
  #heldBack = false;
  #ending = false;
  #any = false;

  constructor(marker: ExitMarker, onLine: (line: string) => void) {
    this.#marker = marker;
    this.#onLine = onLine;
  }

  /**
   * What the marker told; undefined before it came. Of several the first failure counts: the command can read
   * what will be printed after it, and print it too, and to feign a failure gains nothing.
   */
  get exitStatus(): number | undefined {
    return this.#exitStatus;
  }

  /** Resolved when the marker has come. */
  get marked(): Promise<void> {
    return this.#marked.opened;
  }

  /** Whether the command has printed anything. */
  get any(): boolean {
    return this.#any;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#any = true;
    this.#lines.push(chunk);
  }

  /** The stream has ended: passes on what has no line end, unless it is a piece of the marker. */
  end(): void {
    this.#ending = true;
    this.#lines.end();
    if (this.#heldBack) this.#onLine('');
    this.#heldBack = false;
  }

  #take(line: string): void {
    const status = this.#ending ? undefined : this.#marker.statusIn(line);
    if (status !== undefined) {
      this.#exitStatus ||= status;
      this.#heldBack = false;
      this.#marked.open();
      return;
    }
    if (this.#ending && this.#marker.isPartOf(line)) {
      this.#heldBack = false;
      return;
    }
    if (this.#heldBack) this.#onLine('');
    this.#heldBack = line === '';
    if (!this.#heldBack) this.#onLine(line);
  }
}
