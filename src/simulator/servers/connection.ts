import type { IncomingMessage } from 'node:http';

/** Breaks a request's connection so that the other side sees a reset. */
export function resetConnection(request: IncomingMessage): void {
  try {
    request.socket.resetAndDestroy();
  } catch {
    // A TLS socket cannot send RST; it is cut off without the closing alert instead.
    request.socket.destroy();
  }
}
