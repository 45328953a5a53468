import { WholeLines } from '../heroku/lines.ts';
import { Latch } from './waits.ts';
import type { ExitMarker } from './exit-marker.ts';

/**
 * Turns the bytes of a command's output into lines, and finds the marker among them however it was cut
 * into chunks. The marker and the line break before it are not passed on. Memory is bounded, also for
 * output without line breaks.
 */
export class CommandOutput {
  readonly #marker: ExitMarker;
  readonly #onLines: (lines: string) => void;
  readonly #lines = new WholeLines((lines) => this.#take(lines));
  readonly #marked = new Latch();
  #exitStatus: number | undefined;
  /** An empty line that may turn out to be the marker's own line break. */
  #heldBack = false;
  #ending = false;
  #any = false;

  /** @param onLines gets one line or more at once, with a line feed between them: all that a chunk completed. */
  constructor(marker: ExitMarker, onLines: (lines: string) => void) {
    this.#marker = marker;
    this.#onLines = onLines;
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
    if (this.#heldBack) this.#onLines('');
    this.#heldBack = false;
  }

  #take(lines: string): void {
    if (this.#ending || this.#marker.isIn(lines)) {
      this.#pass(lines.split('\n').flatMap((line) => this.#own(line)));
      return;
    }
    const before = this.#heldBack ? '\n' : '';
    this.#heldBack = lines === '' || lines.endsWith('\n');
    if (!this.#heldBack) this.#onLines(before + lines);
    else if (before + lines !== '') this.#onLines((before + lines).slice(0, -1));
  }

  /** What of a line and what was held back before it is the command's own, where one may be the marker. */
  #own(line: string): string[] {
    const status = this.#ending ? undefined : this.#marker.statusIn(line);
    if (status !== undefined) {
      this.#exitStatus ||= status;
      this.#heldBack = false;
      this.#marked.open();
      return [];
    }
    if (this.#ending && this.#marker.isPartOf(line)) {
      this.#heldBack = false;
      return [];
    }
    const before = this.#heldBack ? [''] : [];
    this.#heldBack = line === '';
    return this.#heldBack ? before : [...before, line];
  }

  #pass(lines: readonly string[]): void {
    if (lines.length > 0) this.#onLines(lines.join('\n'));
  }
}
