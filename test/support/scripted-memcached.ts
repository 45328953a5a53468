import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Operations of memcached's binary protocol. */
export const OP = { get: 0x00, set: 0x01, flush: 0x08, mechanisms: 0x20, login: 0x21 } as const;

/** What a server does with one request: the status that it answers, or something that is no answer. */
export type Act = number | 'do it' | 'close' | 'reset' | 'nothing' | 'garbage' | 'flood';

/**
 * A server that speaks memcached's binary protocol as far as a script lets it. What is not scripted it does; it lets
 * everybody in. Answers come in pieces, as over a slow line.
 */
export class ScriptedMemcached {
  /** Operations asked for so far, in order. */
  readonly asked: number[] = [];
  /** Called before a request is answered. */
  onRequest: ((operation: number) => void) | undefined;
  readonly #script: Readonly<Record<number, Act>>;
  /** What is in the cache. */
  readonly keys = new Map<string, Buffer>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(script: Readonly<Record<number, Act>>) {
    this.#script = script;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(script: Readonly<Record<number, Act>> = {}): Promise<ScriptedMemcached> {
    const one = new ScriptedMemcached(script);
    one.#server.listen(0, '127.0.0.1');
    await once(one.#server, 'listening');
    return one;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // A helper that goes away in the middle is nothing to this server.
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    let buffered = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 24 && buffered.length >= 24 + buffered.readUInt32BE(8)) {
        const size = 24 + buffered.readUInt32BE(8);
        this.#answer(socket, buffered.subarray(0, size));
        buffered = buffered.subarray(size);
      }
    });
  }

  #answer(socket: Socket, packet: Buffer): void {
    const operation = packet.readUInt8(1);
    const opaque = packet.readUInt32BE(12);
    this.asked.push(operation);
    this.onRequest?.(operation);
    const act = this.#script[operation] ?? 'do it';
    const send = (status: number, value: Buffer = Buffer.alloc(0)): void => {
      const header = Buffer.alloc(24);
      header.writeUInt8(0x81, 0);
      header.writeUInt8(operation, 1);
      header.writeUInt16BE(status, 6);
      header.writeUInt32BE(value.length, 8);
      header.writeUInt32BE(opaque, 12);
      socket.write(header.subarray(0, 5));
      setImmediate(() => socket.write(Buffer.concat([header.subarray(5), value])));
    };
    if (typeof act === 'number') return send(act);
    switch (act) {
      case 'close':
        return void socket.end();
      case 'reset':
        return void socket.resetAndDestroy();
      case 'nothing':
        return;
      case 'garbage':
        return void socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
      case 'flood':
        // An answer of a size that never comes to its end.
        return void socket.write(
          Buffer.concat([Buffer.from('8100000000000000ffffffff', 'hex'), Buffer.alloc(200_000)]),
        );
      case 'do it':
        return this.#do(operation, packet, send);
    }
  }

  #do(operation: number, packet: Buffer, send: (status: number, value?: Buffer) => void): void {
    const extras = packet.readUInt8(4);
    const keyEnd = 24 + extras + packet.readUInt16BE(2);
    const key = packet.toString('latin1', 24 + extras, keyEnd);
    if (operation === OP.set) this.keys.set(key, Buffer.from(packet.subarray(keyEnd)));
    if (operation === OP.flush) this.keys.clear();
    if (operation !== OP.get) return send(0);
    const value = this.keys.get(key);
    return value === undefined ? send(1) : send(0, value);
  }
}
