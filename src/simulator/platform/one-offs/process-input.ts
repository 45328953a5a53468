import type { Writable } from 'node:stream';

/** Control characters as a terminal understands them. */
const endOfTransmission = 0x04;
const signals: ReadonlyMap<number, NodeJS.Signals> = new Map([
  [0x03, 'SIGINT'],
  [0x1c, 'SIGQUIT'],
]);

/** What a client sends on its way to the process: text for its standard input, control characters for what they mean. */
export class ProcessInput {
  #target: Writable | undefined;
  /** What came before there was a process. */
  readonly #early: Buffer[] = [];

  constructor(private readonly send: (signal: NodeJS.Signals) => void) {}

  write(bytes: Buffer): void {
    if (this.#target) this.#pass(this.#target, bytes);
    else this.#early.push(bytes);
  }

  connect(target: Writable | undefined): void {
    if (!target) return;
    this.#target = target;
    for (const bytes of this.#early.splice(0)) this.#pass(target, bytes);
  }

  #pass(target: Writable, bytes: Buffer): void {
    let from = 0;
    for (const [at, byte] of bytes.entries()) {
      const signal = signals.get(byte);
      if (signal === undefined && byte !== endOfTransmission) continue;
      this.#text(target, bytes.subarray(from, at));
      from = at + 1;
      if (signal === undefined) target.end();
      else this.send(signal);
    }
    this.#text(target, bytes.subarray(from));
  }

  /** After the end of input, nothing is typed any more. */
  #text(target: Writable, text: Buffer): void {
    if (text.length > 0 && target.writable) target.write(text);
  }
}
