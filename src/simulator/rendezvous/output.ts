import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { AttachEffect } from '../faults/rendezvous-fault.ts';
import type { AttachedClient } from '../platform/one-offs/index.ts';
import { piecesAtLines, piecesOf } from './pieces.ts';

const greeting = Buffer.from('rendezvous\r\n');
/** How many pieces a second of slow output has. */
const slowPiecesPerSecond = 20;

/** What a dyno's client gets to read: the greeting, and the command's output, with whatever fault is set. */
export class Output implements AttachedClient {
  #queue: Promise<void> = Promise.resolve();
  /** Written together with the first output. */
  #held = Buffer.alloc(0);
  /** Bytes of output until the fault strikes. */
  #left: number;
  /** Nothing more is to be sent. */
  #silent: boolean;

  constructor(
    private readonly socket: TLSSocket,
    private readonly effect: AttachEffect | undefined,
    /** Told when the fault strikes. */
    private readonly onStrike: () => void,
  ) {
    this.#left = effect?.kind === 'cut' || effect?.kind === 'stall' ? effect.bytes : Infinity;
    this.#silent = effect?.kind === 'no-greeting';
  }

  /** Writes the greeting, as a record of its own. */
  greet(): Promise<void> {
    if (this.#silent) return Promise.resolve();
    if (this.effect?.kind !== 'greeting-with-output') return this.#send(greeting);
    this.#held = greeting;
    return Promise.resolve();
  }

  /** For a fault that strikes before the first byte. */
  begin(): void {
    if (this.#left === 0) this.#strike();
  }

  write(chunk: Buffer): Promise<void> {
    this.#queue = this.#queue.then(() => this.#pass(chunk));
    return this.#queue;
  }

  end(): void {
    void this.#queue.then(async () => {
      if (this.#silent) return;
      if (this.#held.length > 0) await this.#send(this.#held);
      this.socket.end();
    });
  }

  async #pass(chunk: Buffer): Promise<void> {
    if (this.#silent) return;
    const part = Buffer.concat([this.#held, chunk.subarray(0, this.#left)]);
    this.#held = Buffer.alloc(0);
    this.#left -= chunk.length;
    await this.#send(part);
    if (this.#left <= 0) this.#strike();
  }

  #strike(): void {
    this.#silent = true;
    this.onStrike();
  }

  /** One record for each piece: the next one is written when this one is on its way. */
  async #send(bytes: Buffer): Promise<void> {
    const { effect, socket } = this;
    const perPiece =
      effect?.kind === 'slow' ? Math.ceil(effect.bytesPerSecond / slowPiecesPerSecond) : undefined;
    const size = effect?.kind === 'split' ? effect.bytes : perPiece;
    for (const piece of size === undefined ? piecesAtLines(bytes) : piecesOf(bytes, size)) {
      if (socket.destroyed) return;
      await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
      if (effect?.kind === 'slow')
        await sleep((1000 * piece.length) / effect.bytesPerSecond, undefined, { ref: false });
    }
  }
}
