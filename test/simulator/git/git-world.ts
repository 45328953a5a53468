import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCertificates } from '../../../src/simulator/certificates/index.ts';
import { createGitServer } from '../../../src/simulator/git/index.ts';
import type { GitPush, GitPushVerdict, GitServer, GitServerOptions } from '../../../src/simulator/parts.ts';

export const APP = 'my-app';
export const KEY = 'the-key';
export const ZEROS = '0'.repeat(40);

export interface GitResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningGit {
  kill(): void;
  readonly done: Promise<GitResult>;
  /** Resolves as soon as git has printed a line that contains the text. */
  printed(text: string): Promise<void>;
}

/** A git server on loopback and one clone that pushes to it, both with real git. */
export class GitWorld {
  readonly pushes: GitPush[] = [];
  readonly pushed: { app: string; ref: string; newCommit: string }[] = [];
  readonly requests: { method: string; url: string; headers: Record<string, unknown> }[] = [];
  onPushed: (push: { ref: string }) => void = () => {};
  onPush: (push: GitPush) => Promise<GitPushVerdict> = () => Promise.resolve({ accepted: true });
  authorize: GitServerOptions['authorize'] = ({ app, key }) =>
    key !== KEY ? 'unauthorized' : app === APP ? 'ok' : 'not-found';

  private constructor(
    readonly folder: string,
    readonly server: GitServer,
    readonly http: Server,
    private readonly scheme: 'http' | 'https',
  ) {}

  static async start({ tls = false } = {}): Promise<GitWorld> {
    const folder = await mkdtemp(path.join(tmpdir(), 'git-world-'));
    const state: { world?: GitWorld } = {};
    const world = () => state.world as GitWorld;
    const server = createGitServer({
      root: path.join(folder, 'repositories'),
      authorize: (request) => world().authorize(request),
      onPush: (push) => {
        world().pushes.push(push);
        return world().onPush(push);
      },
      onPushed: (push) => {
        world().pushed.push(push);
        world().onPushed(push);
      },
    });
    const certificates = await createCertificates();
    await writeFile(path.join(folder, 'ca.pem'), certificates.authority);
    const { privateKey: key, certificate: cert } = certificates;
    const http = tls ? createTlsServer({ key, cert }) : createServer();
    http.on('request', (request, response) => {
      const { method = '', url = '', headers } = request;
      world().requests.push({ method, url, headers });
      if (!server.handle(request, response)) response.writeHead(418).end('not for git');
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    state.world = new GitWorld(folder, server, http, tls ? 'https' : 'http');
    await state.world.git(['init', '-q', '-b', 'main', state.world.clone], { cwd: folder });
    return state.world;
  }

  get clone(): string {
    return path.join(this.folder, 'clone');
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  url({ app = APP, key = KEY, user = 'heroku', anonymous = false } = {}): string {
    const credentials = anonymous ? '' : `${user}:${key}@`;
    return `${this.scheme}://${credentials}127.0.0.1:${this.port}/${app}.git`;
  }

  start(args: string[], { cwd = this.clone, environment = {} } = {}): RunningGit {
    const child = spawn('git', args, {
      cwd,
      // git push is three processes; in a group of their own they can be killed together.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.folder,
        LC_ALL: 'C',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_TERMINAL_PROMPT: '0',
        GIT_SSL_CAINFO: path.join(this.folder, 'ca.pem'),
        GIT_AUTHOR_NAME: 'A',
        GIT_AUTHOR_EMAIL: 'a@example.com',
        GIT_COMMITTER_NAME: 'A',
        GIT_COMMITTER_EMAIL: 'a@example.com',
        ...environment,
      },
    });
    let [stdout, stderr] = ['', ''];
    const waiting: { text: string; resolve: () => void }[] = [];
    const look = () =>
      waiting.filter(({ text }) => stderr.includes(text)).forEach(({ resolve }) => resolve());
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      look();
    });
    const done = new Promise<GitResult>((resolve) =>
      child.on('close', (code) => resolve({ code, stdout, stderr })),
    );
    const printed = (text: string) =>
      Promise.race([
        new Promise<void>((resolve) => {
          waiting.push({ text, resolve });
          look();
        }),
        done.then((result) => {
          if (!result.stderr.includes(text))
            throw new Error(`git never printed "${text}":\n${result.stderr}`);
        }),
      ]);
    const kill = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    return { kill, done, printed };
  }

  git(args: string[], options: Parameters<GitWorld['start']>[1] = {}): Promise<GitResult> {
    return this.start(args, options).done;
  }

  async commit(file: string, content: string | Buffer): Promise<string> {
    await writeFile(path.join(this.clone, file), content);
    await this.git(['add', '-A']);
    const { code, stderr } = await this.git(['commit', '-q', '-m', `Change ${file}`]);
    if (code !== 0) throw new Error(stderr);
    return (await this.git(['rev-parse', 'HEAD'])).stdout.trim();
  }

  push(...args: string[]): Promise<GitResult> {
    return this.git(['push', this.url(), ...args]);
  }

  async stop(): Promise<void> {
    await this.server.close();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A promise and what settles it. */
export function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
