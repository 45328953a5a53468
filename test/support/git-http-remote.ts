import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { runBackend, serverEnvironment } from './git-http-backend.ts';

const run = promisify(execFile);

/** One request as it reached the server. */
export interface GitRequest {
  readonly method: string;
  /** Path and query, such as `/app.git/info/refs?service=git-receive-pack`. */
  readonly path: string;
  readonly authorization: string | undefined;
  /** Whether this is the request that carries a pushed pack. */
  readonly carriesPack: boolean;
}

/** What the server does instead of, or after, answering properly. */
export type GitFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** Closes the connection without an answer. */
  | { readonly kind: 'reset' }
  /** Reads the whole request, lets git take the effect where `effect` says so, and then closes the connection. */
  | { readonly kind: 'reset-after'; readonly effect: boolean }
  /** Answers 200 with the given bytes and content type. */
  | { readonly kind: 'garbage'; readonly body: string; readonly contentType?: string }
  /** Sends the first bytes of git's answer and closes the connection. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Never answers. */
  | { readonly kind: 'hang' };

export interface GitHttpRemoteOptions {
  readonly tls?: boolean;
  /** Requests need it as the password of HTTP Basic authentication. Absent: everybody may do everything. */
  readonly apiKey?: string;
}

/**
 * A git server for tests: bare repositories behind git's own `git http-backend`, on a free port of loopback,
 * which records every request and can misbehave on demand.
 */
export class GitHttpRemote {
  readonly requests: GitRequest[] = [];
  /** Decides for each request whether something goes wrong with it. */
  fault: (request: GitRequest) => GitFault | undefined = () => undefined;
  /** Called for each request that hangs because of a fault. */
  onHang: () => void = () => undefined;

  private readonly sockets = new Set<Socket>();

  private constructor(
    /** Such as `https://127.0.0.1:41234`. */
    readonly origin: string,
    readonly folder: string,
    /** PEM file with the server's certificate, for `GIT_SSL_CAINFO`. */
    readonly caFile: string,
    private readonly close: () => Promise<void>,
  ) {}

  static async start(options: GitHttpRemoteOptions = {}): Promise<GitHttpRemote> {
    const folder = await mkdtemp(join(tmpdir(), 'git-http-remote-'));
    const caFile = join(folder, 'ca.pem');
    let remote: GitHttpRemote | undefined = undefined;
    const listener: RequestListener = (request, response) => remote?.serve(request, response, options.apiKey);
    const server = options.tls
      ? createHttpsServer(await certificate(caFile), listener)
      : createHttpServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    remote = new GitHttpRemote(
      `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
      folder,
      caFile,
      () => {
        return new Promise<void>((resolve) => server.close(() => resolve()));
      },
    );
    const { sockets } = remote;
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // A client that gives up is what many tests are about.
      socket.on('error', () => undefined);
    });
    return remote;
  }

  url(name: string): string {
    return `${this.origin}/${name}.git`;
  }

  path(name: string): string {
    return join(this.folder, `${name}.git`);
  }

  /** Makes an empty bare repository that takes pushes and gives any object, filtered or not. */
  async addRepository(name: string): Promise<string> {
    const path = this.path(name);
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', path], {
      env: serverEnvironment(),
    });
    for (const key of ['http.receivepack', 'uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant']) {
      await run('git', ['config', '--file', join(path, 'config'), key, 'true'], { env: serverEnvironment() });
    }
    return path;
  }

  async setHook(name: string, hook: string, script: string): Promise<void> {
    const folder = join(this.path(name), 'hooks');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, hook), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** The commit a branch is at, or undefined. */
  async branch(name: string, branch: string): Promise<string | undefined> {
    const args = [
      '--git-dir',
      this.path(name),
      'for-each-ref',
      '--format=%(objectname)',
      `refs/heads/${branch}`,
    ];
    const { stdout } = await run('git', args, { env: serverEnvironment() });
    return stdout.trim() || undefined;
  }

  /** Requests that carried credentials. */
  get authorizations(): string[] {
    return this.requests.flatMap(({ authorization }) => (authorization === undefined ? [] : [authorization]));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private serve(request: IncomingMessage, response: ServerResponse, apiKey: string | undefined): void {
    const record: GitRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      authorization: request.headers.authorization,
      carriesPack: request.method === 'POST' && (request.url ?? '').endsWith('/git-receive-pack'),
    };
    this.requests.push(record);
    const fault = this.fault(record);
    switch (fault?.kind) {
      case 'reset':
        request.socket.destroy();
        return;
      case 'status':
        response
          .writeHead(fault.status, { 'content-type': 'text/plain', ...fault.headers })
          .end(fault.body ?? '');
        request.resume();
        return;
      case 'garbage':
        request.resume();
        request.on('end', () => {
          response
            .writeHead(200, { 'content-type': fault.contentType ?? contentTypeOf(record) })
            .end(fault.body);
        });
        return;
      case 'hang':
        request.resume();
        request.on('end', () => this.onHang());
        return;
      default:
    }
    if (apiKey !== undefined && passwordOf(record.authorization) !== apiKey) {
      response
        .writeHead(401, { 'www-authenticate': 'Basic realm="git"', 'content-type': 'text/plain' })
        .end('no\n');
      request.resume();
      return;
    }
    if (fault?.kind === 'reset-after' && !fault.effect) {
      request.resume();
      request.on('end', () => request.socket.destroy());
      return;
    }
    runBackend(this.folder, request, response, {
      wholeAnswer: fault?.kind === 'reset-after',
      ...(fault?.kind === 'truncate' ? { afterBytes: fault.bytes } : {}),
    });
  }
}

function contentTypeOf(request: GitRequest): string {
  const service = /git-(receive|upload)-pack/.exec(request.path)?.[0] ?? 'git-upload-pack';
  return `application/x-${service}-${request.method === 'POST' ? 'result' : 'advertisement'}`;
}

function passwordOf(authorization: string | undefined): string | undefined {
  const [, encoded] = /^Basic (.*)$/.exec(authorization ?? '') ?? [];
  return encoded === undefined
    ? undefined
    : Buffer.from(encoded, 'base64')
        .toString()
        .replace(/^[^:]*:/, '');
}

async function certificate(caFile: string): Promise<{ key: string; cert: string }> {
  const pems = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  await writeFile(caFile, pems.cert);
  return { key: pems.private, cert: pems.cert };
}
