import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Breaks a request's connection so that the other side sees a reset. */
export function resetConnection(request: IncomingMessage): void {
  try {
    request.socket.resetAndDestroy();
  } catch {
    // A TLS socket cannot send RST; it is cut off without the closing alert instead.
    request.socket.destroy();
  }
}

/**
 * Resets a TCP connection at once. `resetAndDestroy` ends it in good order first, so that the other side may take
 * the reset for an end: what makes it a reset is this property, which Node.js does not document.
 */
export function resetSocket(socket: Socket): void {
  (socket as Socket & { resetAndClosing: boolean }).resetAndClosing = true;
  socket.destroy();
}
