import type { Socket } from 'node:net';
import { types } from 'node:util';
import type { Cache, CacheServer } from './cache.ts';

/** Operations of memcached's binary protocol. */
export const OPERATION = { get: 0x00, set: 0x01, flush: 0x08 } as const;
/** Statuses of its answers. */
export const STATUS = { ok: 0x00, notFound: 0x01 } as const;

/** What each of memcached's answers begins with. */
const RESPONSE = 0x81;
/** memjs measures time-outs of its own, in seconds: ours come first, with a reason. */
const NEVER_S = 86_400;
/** Far more than all answers to what is asked here. */
const MOST_BYTES = 64 * 1024;

/** Why a server could not be worked with; its message goes on where the server's address ends. */
export class CacheFault extends Error {
  /** `unreachable`: it may pass by itself. `refused`: a repeat would come to the same. */
  readonly kind: 'unreachable' | 'refused';

  constructor(message: string, kind: CacheFault['kind']) {
    super(message);
    this.name = 'CacheFault';
    this.kind = kind;
  }
}

/** Sends one request and gives its answer, whatever its status. @throws CacheFault. */
export type Ask = (
  operation: number,
  parts: { readonly key?: string; readonly extras?: Buffer; readonly value?: string },
) => Promise<{ readonly status: number; readonly value: string }>;

/**
 * Works on a connection to one server that is made for it and ended with it. memjs speaks the protocol and logs in.
 * What it leaves open is watched here: it takes an answer of any status for a success, it says nothing when the server
 * closes in good order, and of what is no answer at all it waits for the rest.
 * @throws CacheFault; the reason with which `cut` was aborted.
 */
export async function withServer<T>(
  { host, port }: CacheServer,
  { username, password }: Pick<Cache, 'username' | 'password'>,
  cut: AbortSignal,
  work: (ask: Ask) => Promise<T>,
): Promise<T> {
  const { Server, makeRequestBuffer } = await import('./memjs.ts');
  cut.throwIfAborted();
  const limits = { timeout: NEVER_S, conntimeout: NEVER_S };
  const server = new Server(host, port, username.reveal(), password.reveal(), limits);
  let socket: Socket | undefined;
  let answers = 0;
  let fail = (_error: unknown): void => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  // Nobody may be waiting for an answer when it fails.
  failed.catch(() => undefined);
  const onCut = (): void => fail(cut.reason);
  cut.addEventListener('abort', onCut, { once: true });

  const ask: Ask = (operation, { key = '', extras = Buffer.alloc(0), value = '' }) => {
    const sequence = answers + 1;
    const answered = new Promise<Awaited<ReturnType<Ask>>>((resolve) => {
      server.onResponse(sequence, ({ header, val }) => {
        answers += 1;
        resolve({ status: header.status, value: val.toString('latin1') });
      });
    });
    server.onError(sequence, (error) => fail(faultOf(error, answers > 0)));
    server.write(makeRequestBuffer(operation, key, extras, value, sequence));
    if (socket === undefined) {
      // It gives the socket at once, because there is one since the first request.
      server.sock(true, (own) => (socket = watch(own, fail)));
    }
    return Promise.race([answered, failed]);
  };
  try {
    return await work(ask);
  } finally {
    cut.removeEventListener('abort', onCut);
    // memjs would only half close it, and wait.
    socket?.destroy();
  }
}

function watch(socket: Socket, fail: (error: CacheFault) => void): Socket {
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    if (bytes === 0 && chunk[0] !== RESPONSE) {
      fail(new CacheFault('does not speak memcached’s binary protocol', 'refused'));
      socket.destroy();
    }
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      fail(new CacheFault('sends more than it was asked for', 'refused'));
      socket.destroy();
    }
  });
  return socket.once('close', () => fail(new CacheFault('closed the connection', 'unreachable')));
}

/** memjs gives a text for a refused login and for a refused request, and the socket's own error for all else. */
function faultOf(error: unknown, loggedIn: boolean): CacheFault {
  if (!types.isNativeError(error)) {
    return new CacheFault(
      loggedIn
        ? 'does not allow this user to do that: its credentials lack the capability'
        : 'refuses the user name and password',
      'refused',
    );
  }
  const { code = error.name, syscall } = error as NodeJS.ErrnoException;
  const connecting = syscall === 'connect' || syscall === 'getaddrinfo';
  return new CacheFault(
    connecting || code === 'ECONNREFUSED' ? `cannot be reached (${code})` : `broke the connection (${code})`,
    'unreachable',
  );
}
