import { once } from 'node:events';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { networkFaultOf } from '../heroku/network-fault.ts';
import type { Clock } from '../ports/clock.ts';
import type { AttachTarget } from './attach-url.ts';
import type { CommandOutput } from './command-output.ts';

export type ConnectionEnd =
  /** No connection came about, or one that is not trusted: the secret was not sent. */
  | { readonly kind: 'unreachable' | 'untrusted'; readonly code: string | undefined }
  /** What answers does not greet as a rendezvous does. */
  | { readonly kind: 'no-greeting' }
  /** It was closed in good order, which says nothing about the command. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'broken'; readonly code: string | undefined };

const CONNECT_LIMIT_MS = 20_000;
/** A dyno waits half a minute for its client (Dev Center: Error Codes, R13), so there is time to try again. */
const CONNECT_PAUSES_MS = [1_000, 3_000];
const TCP_KEEP_ALIVE_MS = 30_000;
const LONGEST_GREETING = 4 * 1024;
const LINE_FEED = 0x0a;
/** What a terminal sends at the end of its input. */
const END_OF_TRANSMISSION = Buffer.of(0x04);

/**
 * The connection to an attached one-off dyno: TLS, the secret as a first line, one line of greeting, and
 * from then on the bytes that the command prints. There is no framing and no way to connect again.
 */
export class Rendezvous {
  /** Rejected only by what the output's receiver throws. */
  readonly ended: Promise<ConnectionEnd>;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #socket: TLSSocket | undefined;
  #greeted = false;
  #hasEnded = false;
  #lastByteAt: number;

  constructor(
    target: AttachTarget,
    output: CommandOutput,
    options: { clock: Clock; certificateAuthority: string | undefined },
  ) {
    this.#clock = options.clock;
    this.#lastByteAt = options.clock.now();
    this.ended = this.#run(target, output, options.certificateAuthority).finally(() => {
      this.#hasEnded = true;
    });
    // Whoever races for it may have stopped listening.
    this.ended.catch(() => undefined);
  }

  /** Whether the other side has greeted: from then on the command may run. */
  get greeted(): boolean {
    return this.#greeted;
  }

  /** Resolves when the connection has ended, or nothing has come over it for `ms`. */
  async quiet(ms: number): Promise<void> {
    const since = this.#clock.now();
    for (;;) {
      const left = Math.max(since, this.#lastByteAt) + ms - this.#clock.now();
      if (this.#hasEnded || left <= 0) return;
      const waiting = new AbortController();
      // Rejected only by the abort two lines below, when the connection ended first.
      const pause = this.#clock.sleep(left, waiting.signal).catch(() => undefined);
      await Promise.race([this.ended, pause]).finally(() => waiting.abort());
    }
  }

  close(): void {
    this.#closing.abort();
    this.#socket?.destroy();
  }

  async #run(
    target: AttachTarget,
    output: CommandOutput,
    authority: string | undefined,
  ): Promise<ConnectionEnd> {
    const socket = await this.#connectAgain(target, authority);
    if ('kind' in socket) return socket;
    try {
      socket.write(`${target.secret}\r\n`);
      for await (const chunk of chunksOf(socket)) {
        this.#lastByteAt = this.#clock.now();
        const own = this.#greeted ? chunk : this.#greeting(chunk);
        if (own === undefined) continue;
        if (own === 'none') return { kind: 'no-greeting' };
        output.push(own);
        if (this.#greeted) continue;
        this.#greeted = true;
        // The command has no input. A write to a side that has closed would cost what is yet to be read.
        if (output.exitStatus === undefined) socket.write(END_OF_TRANSMISSION);
      }
      return this.#greeted ? { kind: 'closed' } : { kind: 'no-greeting' };
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return { kind: 'broken', code: error.code };
    } finally {
      socket.destroy();
      output.end();
    }
  }

  #head = Buffer.alloc(0);

  /** What follows the greeting's line; undefined while that is not complete, `none` where there is none. */
  #greeting(chunk: Buffer): Buffer | 'none' | undefined {
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf(LINE_FEED);
    if (end >= 0) return this.#head.subarray(end + 1);
    return this.#head.length > LONGEST_GREETING ? 'none' : undefined;
  }

  /** The secret is sent only over a connection that stands, so until then another try does no harm. */
  async #connectAgain(
    target: AttachTarget,
    authority: string | undefined,
  ): Promise<TLSSocket | ConnectionEnd> {
    for (let tries = 0; ; tries++) {
      const made = await this.#connect(target, authority);
      const pause = CONNECT_PAUSES_MS[tries];
      if (!('kind' in made) || made.kind === 'untrusted' || pause === undefined) return made;
      try {
        await this.#clock.sleep(pause, this.#closing.signal);
      } catch {
        // Closed meanwhile: no further try.
        return made;
      }
    }
  }

  async #connect(target: AttachTarget, authority: string | undefined): Promise<TLSSocket | ConnectionEnd> {
    const { connect } = await import('node:tls');
    const { host, port } = target;
    const socket = connect({
      host,
      port,
      // Server name indication is for names alone; an address is compared with the certificate all the same.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED has no say in it.
      rejectUnauthorized: true,
      ...(authority === undefined ? {} : { ca: authority }),
    });
    this.#socket = socket;
    // An error event that nobody listens to would end the process, and one may come at any time.
    socket.on('error', () => undefined);
    socket.setTimeout(CONNECT_LIMIT_MS, () =>
      socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })),
    );
    try {
      await once(socket, 'secureConnect', { signal: this.#closing.signal });
    } catch (error) {
      socket.destroy();
      if (this.#closing.signal.aborted) return { kind: 'unreachable', code: undefined };
      const fault = networkFaultOf(error);
      return { kind: fault.kind === 'untrusted' ? 'untrusted' : 'unreachable', code: fault.code };
    }
    // From now on silence is normal; a peer that is gone without a word is found out by TCP's own probes.
    socket.setTimeout(0);
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    return socket;
  }
}

/** The connection broke; of the reason only its code is kept. */
class Broken extends Error {
  constructor(readonly code: string | undefined) {
    super('broken');
  }
}

/** What a socket receives, one chunk at a time, so that it is read no faster than it is worked off. */
async function* chunksOf(socket: TLSSocket): AsyncGenerator<Buffer> {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    let next: IteratorResult<Buffer>;
    try {
      next = await chunks.next();
    } catch (error) {
      throw new Broken(networkFaultOf(error).code);
    }
    if (next.done === true) return;
    yield next.value;
  }
}
