import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Certificates } from '../parts.ts';
import { closeServer, host, listen } from './listen.ts';

/** Ports to listen on; 0 and what is missing mean any that is free. */
export interface Ports {
  /** Plain HTTP: the API and everything else. */
  readonly port?: number;
  /** HTTPS: the API and git. */
  readonly httpsPort?: number;
  /** The router alone. */
  readonly routerPort?: number;
  /** The control port. */
  readonly controlPort?: number;
  /** TLS: attaching to one-off dynos. */
  readonly rendezvousPort?: number;
}

/** The listening servers of a local Heroku. */
export interface Servers {
  readonly port: number;
  readonly httpsPort: number;
  readonly routerPort: number;
  readonly controlPort: number;
  close(): Promise<void>;
}

/** Listens on all ports, or on none. @throws Error when one is in use. */
export async function startServers(
  ports: Ports,
  certificates: Certificates,
  listeners: {
    readonly main: RequestListener;
    readonly router: RequestListener;
    readonly control: RequestListener;
  },
): Promise<Servers> {
  const main = createServer(listeners.main);
  const tls = createTlsServer(
    { key: certificates.privateKey, cert: certificates.certificate },
    listeners.main,
  );
  const router = createServer(listeners.router);
  const control = createServer(listeners.control);
  const servers = [main, tls, router, control];
  // Builds and release phases hold requests open for as long as they take.
  for (const server of servers) {
    server.requestTimeout = 0;
    // Longer than any client polls: one that uses a connection again just as it is closed would see a reset.
    server.keepAliveTimeout = 65_000;
  }
  const close = async () => {
    await Promise.all(servers.map((server) => closeServer(server)));
  };
  try {
    return {
      port: await listen(main, ports.port ?? 0),
      httpsPort: await listen(tls, ports.httpsPort ?? 0),
      routerPort: await listen(router, ports.routerPort ?? 0),
      controlPort: await listen(control, ports.controlPort ?? 0),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A base URL on loopback. */
export function baseUrl(protocol: 'http' | 'https' | 'rendezvous', port: number): string {
  return `${protocol}://${host}:${port}`;
}
