import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { createCertificates } from '../certificates/index.ts';
import type { FaultBox } from '../faults/fault-box.ts';
import type { Certificates } from '../parts.ts';
import type { Changes } from '../platform/changes.ts';
import type { OneOffs } from '../platform/one-offs/index.ts';
import type { OpenEntry, RequestLog } from '../requests/request-log.ts';
import { resetSocket } from '../servers/connection.ts';
import { closeServer, listen } from '../servers/listen.ts';
import { attach } from './attach.ts';
import { readSecret } from './read-secret.ts';

/** How long a client may take for the handshake and its first line. */
const firstLineMs = 60_000;

export interface RendezvousParts {
  readonly certificates: Certificates;
  readonly oneOffs: OneOffs;
  readonly faults: FaultBox;
  readonly log: RequestLog;
  /** Told when a connection is over. */
  readonly changes: Changes;
}

/**
 * Where clients attach to one-off dynos: TLS; the secret as a first line, a line as a greeting, and from then on
 * the bytes that the dyno prints and its client types, with nothing around them. A secret opens once.
 */
export class Rendezvous {
  readonly #server: Server;
  readonly #context: SecureContext;
  readonly #connections = new Set<Socket>();
  #stranger: Promise<SecureContext> | undefined;

  constructor(private readonly parts: RendezvousParts) {
    this.#context = contextOf(parts.certificates);
    this.#server = createServer((socket) => void this.#accept(socket));
  }

  /** Listens and resolves with the port. @throws Error when it is in use. */
  listen(port: number): Promise<number> {
    return listen(this.#server, port);
  }

  async close(): Promise<void> {
    const closed = closeServer(this.#server);
    for (const socket of this.#connections) socket.destroy();
    await closed;
  }

  async #accept(carrier: Socket): Promise<void> {
    const entry = this.#begin(carrier);
    const effect = this.parts.faults.takeConnection();
    entry.fault = effect?.kind ?? null;
    if (effect?.kind === 'refuse') {
      entry.outcome = 'reset';
      resetSocket(carrier);
      return;
    }
    const secureContext = effect ? await this.#strangersContext() : this.#context;
    if (carrier.destroyed) return;
    const socket = new TLSSocket(carrier, { isServer: true, secureContext });
    // A client that breaks off is told apart by the connection's end alone.
    socket.on('error', () => undefined);
    socket.setTimeout(firstLineMs, () => socket.destroy());
    const secret = await readSecret(socket);
    const found = secret === undefined ? undefined : this.parts.oneOffs.claim(secret);
    if (!found) {
      if (!socket.destroyed) entry.outcome = 'closed';
      socket.destroy();
      return;
    }
    const { app, oneOff } = found;
    Object.assign(entry, { app: app.name, path: `/apps/${app.name}/dynos/${oneOff.dyno.name}` });
    const attachEffect = this.parts.faults.takeAttach(entry.path);
    entry.fault = attachEffect?.kind ?? entry.fault;
    const { attachIdleMs: idleMs } = app.settings;
    const onOver = () => this.parts.changes.notify();
    await attach({ socket, carrier, entry, idleMs, onOver }, oneOff, attachEffect);
  }

  #begin(carrier: Socket): OpenEntry {
    const { log, changes } = this.parts;
    const entry = log.begin({ method: 'ATTACH', url: '/', headers: {} }, 'rendezvous', null);
    const started = performance.now();
    this.#connections.add(carrier);
    carrier.setNoDelay(true);
    carrier.on('error', () => undefined);
    carrier.on('close', () => {
      this.#connections.delete(carrier);
      entry.durationMs = Math.round(performance.now() - started);
      if (entry.outcome === 'open' && entry.app === null) entry.outcome = 'client-gone';
      changes.notify();
    });
    return entry;
  }

  /** A certificate like the real one, of an authority that nobody knows. Made when it is needed first. */
  #strangersContext(): Promise<SecureContext> {
    this.#stranger ??= createCertificates('Somebody else CA').then(contextOf);
    return this.#stranger;
  }
}

function contextOf({ privateKey, certificate }: Certificates): SecureContext {
  return createSecureContext({ key: privateKey, cert: certificate });
}
