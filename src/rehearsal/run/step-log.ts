import { StringDecoder } from 'node:string_decoder';
import { Masker } from './mask.ts';

/** How much of a step's output its result keeps. */
const KEPT_CHARACTERS = 1024 * 1024;

/** One step's output on its way out: decoded, masked, passed on live, counted, and kept for the result. */
export class StepLog {
  bytes = 0;
  private kept = '';
  private readonly decoder = new StringDecoder('utf8');
  private readonly masker: Masker;

  constructor(
    secrets: readonly string[],
    private readonly emit: (text: string) => void,
  ) {
    this.masker = new Masker(secrets);
  }

  get text(): string {
    return this.kept.slice(-KEPT_CHARACTERS);
  }

  /** Adds a sentence of the runner's own, on a line of its own. */
  say(sentence: string): void {
    this.add(`${this.kept === '' || this.kept.endsWith('\n') ? '' : '\n'}${sentence}\n`);
  }

  add(chunk: Buffer | string): void {
    this.bytes += Buffer.byteLength(chunk);
    this.pass(this.masker.push(typeof chunk === 'string' ? chunk : this.decoder.write(chunk)));
  }

  end(): void {
    this.pass(this.masker.push(this.decoder.end()) + this.masker.end());
  }

  private pass(text: string): void {
    if (text === '') return;
    this.kept += text;
    // Cut now and then: each cut copies all that is kept.
    if (this.kept.length > 2 * KEPT_CHARACTERS) this.kept = this.text;
    this.emit(text);
  }
}
