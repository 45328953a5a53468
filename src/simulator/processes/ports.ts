import { createServer, connect, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const LOOPBACK = '127.0.0.1';
/** So many ports are remembered as handed out; more than any local formation has processes. */
const REMEMBERED = 500;
const PROBE_EVERY_MS = 25;

/** Hands out free ports of loopback, none of them twice in a row: the first taker may not listen yet. */
export class PortSource {
  private readonly handedOut = new Set<number>();

  async next(): Promise<number> {
    for (;;) {
      const port = await freeLoopbackPort();
      if (this.handedOut.has(port)) continue;
      this.handedOut.add(port);
      const [oldest] = this.handedOut;
      if (this.handedOut.size > REMEMBERED && oldest !== undefined) this.handedOut.delete(oldest);
      return port;
    }
  }
}

/** Resolves when something accepts connections on the port; rejects with the signal's reason when aborted. */
export async function untilListening(port: number, signal: AbortSignal): Promise<void> {
  while (!(await accepts(port))) await delay(PROBE_EVERY_MS, undefined, { signal });
  signal.throwIfAborted();
}

function freeLoopbackPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: LOOPBACK });
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
