import type { AddressInfo } from 'node:net';
import type { Server } from 'node:net';

/** The local Heroku is a development tool: it never listens where other machines could reach it. */
export const host = '127.0.0.1';

/** Listens on loopback and resolves with the port. @throws Error that names the port when it is taken. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} of ${host} is in use. Choose another one, or 0 for any that is free.`)
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Stops listening and ends every connection, those that wait for an answer too. */
export async function closeServer(server: Server & { closeAllConnections?(): void }): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections?.();
  });
}
