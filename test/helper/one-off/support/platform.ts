import type { ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer, type Server, type TLSSocket } from 'node:tls';
import { json, type Reply, ScriptedServer, type Seen, text } from '../../../support/scripted-server.ts';
import type { Certificate } from './certificates.ts';
import { TestDyno } from './dyno.ts';

export const GREETING = 'rendezvous\r\n';

interface Follower {
  readonly response: ServerResponse;
  readonly dyno: string;
}

/**
 * The part of Heroku that one-off dynos are about, for one app named `shop`: an HTTP server for its API and
 * its log, and a TLS server for attaching. Each test replaces what it wants to go wrong.
 */
export class DynoPlatform {
  readonly server = new ScriptedServer();
  /** Every dyno that was ever created. */
  readonly created: TestDyno[] = [];
  /** Bodies of the requests for log sessions. */
  readonly logSessions: Record<string, unknown>[] = [];
  /** Names of the servers that clients asked for by server name indication. */
  readonly serverNames: (string | false | null)[] = [];
  /** What clients sent, their secret's line included. */
  readonly received: Buffer[] = [];
  /** What happens when a client has sent a dyno's secret. */
  onAttach: (socket: TLSSocket, dyno: TestDyno) => void | Promise<void> = async (socket, dyno) => {
    socket.write(GREETING);
    await dyno.run(socket);
  };
  /** Called for every connection before it says anything. */
  onConnection: (socket: TLSSocket) => void = () => undefined;
  /** Answers for log sessions and for the log itself. */
  onLogSession: Reply | undefined;
  onLog: Reply | undefined;
  /** Whether the log comes as server-sent events or as plain text. */
  serverSentEvents = true;
  /** The log so far: what Heroku has kept. */
  readonly history: string[] = [];
  /** Whether a session begins with what was logged before it. */
  keepsHistory = true;

  readonly #running: TestDyno[] = [];
  readonly #followers = new Set<Follower>();
  readonly #sockets = new Set<TLSSocket>();
  readonly #rawSockets = new Map<number | undefined, Socket>();
  readonly #tls: Server;
  #sessions = 0;
  #names = 1000;

  private constructor(certificate: Certificate) {
    this.#tls = createTlsServer(certificate, (socket) => this.#attach(socket));
    this.#tls.on('connection', (socket: Socket) => this.#rawSockets.set(socket.remotePort, socket));
    this.server
      .on('GET /apps/shop', json(200, appRow()))
      .on('GET /apps/shop/dynos', this.listDynos())
      .on('POST /apps/shop/dynos', this.create())
      .on('POST /apps/shop/log-sessions', (response, seen) => this.#openSession(response, seen))
      .otherwise((response, seen) => this.#route(response, seen));
  }

  static async start(certificate: Certificate): Promise<DynoPlatform> {
    const platform = new DynoPlatform(certificate);
    await platform.server.listen();
    await new Promise<void>((resolve) => platform.#tls.listen(0, '127.0.0.1', resolve));
    return platform;
  }

  get rendezvousPort(): number {
    return (this.#tls.address() as AddressInfo).port;
  }

  /** The latest dyno. */
  get dyno(): TestDyno {
    const dyno = this.created.at(-1);
    if (dyno === undefined) throw new Error('No dyno was created.');
    return dyno;
  }

  /** How many follow the log at this moment. */
  get followers(): number {
    return this.#followers.size;
  }

  /** Everything that must not be seen anywhere. */
  get secrets(): string[] {
    return [...this.created.map(({ secret }) => secret), 'logplex-secret'];
  }

  /** Creates the dyno of a request and answers with it, or as is said. */
  create(reply?: (row: Record<string, unknown>) => Reply): Reply {
    return (response, seen) => {
      const { row } = this.add(JSON.parse(seen.body.toString()) as Record<string, unknown>);
      return (reply?.(row) ?? json(201, row))(response, seen);
    };
  }

  listDynos(): Reply {
    return (response, seen) =>
      json(
        200,
        this.#running.map(({ row }) => ({ ...row, attach_url: null })),
      )(response, seen);
  }

  add(body: Record<string, unknown>): TestDyno {
    const type = typeof body['type'] === 'string' ? body['type'] : 'run';
    const env = (body['env'] ?? {}) as Record<string, string>;
    const dyno = new TestDyno(this, `${type}.${++this.#names}`, type, String(body['command']), env);
    this.created.push(dyno);
    this.#running.push(dyno);
    dyno.log('Awaiting client');
    return dyno;
  }

  remove(dyno: TestDyno): void {
    const at = this.#running.indexOf(dyno);
    if (at >= 0) this.#running.splice(at, 1);
  }

  /** Writes a line of the app's log to everybody who follows it. */
  writeLog(source: string, dyno: string, message: string, at = new Date()): void {
    const line = `${at.toISOString().replace('Z', '123+00:00')} ${source}[${dyno}]: ${message}`;
    this.history.push(line);
    for (const follower of this.#followers) this.#send(follower, line);
  }

  /** Ends every open session of the log. */
  cutLogs(): void {
    for (const { response } of this.#followers) response.socket?.destroy();
    this.#followers.clear();
  }

  /** Breaks a dyno's connection with a TCP reset, which TLS knows nothing of. */
  reset(socket: TLSSocket): void {
    this.#rawSockets.get(socket.remotePort)?.resetAndDestroy();
    socket.destroy();
  }

  async close(): Promise<void> {
    for (const dyno of this.created) dyno.kill('SIGKILL');
    for (const socket of this.#sockets) socket.destroy();
    if (this.#tls.listening) await new Promise((resolve) => this.#tls.close(resolve));
    await this.server.close();
  }

  #attach(socket: TLSSocket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // Clients that give up are what many tests are about.
    socket.on('error', () => undefined);
    this.serverNames.push(socket.servername);
    this.onConnection(socket);
    let head = '';
    const read = (data: Buffer): void => {
      head += data.toString('latin1');
      if (!head.endsWith('\r\n')) return;
      socket.off('data', read);
      const dyno = this.#running.find(({ secret }) => `${secret}\r\n` === head);
      if (dyno === undefined) socket.destroy();
      else void this.onAttach(socket, dyno);
    };
    socket.on('data', (data: Buffer) => void this.received.push(data));
    socket.on('data', read);
  }

  #openSession(response: ServerResponse, seen: Seen): void | Promise<void> {
    const body = JSON.parse(seen.body.toString()) as Record<string, unknown>;
    this.logSessions.push(body);
    if (this.onLogSession !== undefined) return this.onLogSession(response, seen);
    const query = `dyno=${encodeURIComponent(String(body['dyno']))}`;
    const url = `${this.server.url}/logs/${++this.#sessions}?${query}&signature=logplex-secret`;
    return json(201, { id: `l${this.#sessions}`, logplex_url: url })(response, seen);
  }

  #route(response: ServerResponse, seen: Seen): void | Promise<void> {
    const url = new URL(seen.path, this.server.url);
    if (url.pathname.startsWith('/logs/')) {
      if (seen.headers.authorization !== undefined) return text(400, 'no credentials here')(response, seen);
      return this.onLog === undefined ? this.#follow(response, url) : this.onLog(response, seen);
    }
    const [, name, action] = /^\/apps\/shop\/dynos\/([^/]+)(\/actions\/stop)?$/.exec(url.pathname) ?? [];
    const dyno = this.#running.find((one) => one.name === name);
    if (dyno === undefined) {
      const body = { id: 'not_found', message: "Couldn't find that dyno.", resource: 'dyno' };
      return json(404, body)(response, seen);
    }
    if (action === undefined) return json(200, { ...dyno.row, attach_url: null })(response, seen);
    dyno.stop();
    return json(202, {})(response, seen);
  }

  #follow(response: ServerResponse, url: URL): void {
    const type = this.serverSentEvents ? 'text/event-stream' : 'text/plain';
    response.writeHead(200, { 'Content-Type': type });
    response.flushHeaders();
    const follower = { response, dyno: url.searchParams.get('dyno') ?? '' };
    this.#followers.add(follower);
    response.on('close', () => this.#followers.delete(follower));
    if (this.keepsHistory) for (const line of this.history) this.#send(follower, line);
  }

  #send({ response, dyno }: Follower, line: string): void {
    const of = /\[([^\]]+)\]/.exec(line)?.[1] ?? '';
    if (of !== dyno && !of.startsWith(`${dyno}.`) && of !== 'logplex') return;
    response.write(this.serverSentEvents ? `id: 1\n${line.replace(/^.*$/gm, 'data: $&')}\n\n` : `${line}\n`);
  }
}

export function appRow(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'app-1',
    name: 'shop',
    maintenance: false,
    stack: { id: 's', name: 'heroku-24' },
    generation: { id: 'g', name: 'cedar' },
    web_url: null,
    git_url: 'https://git.heroku.com/shop.git',
    space: null,
    ...over,
  };
}
