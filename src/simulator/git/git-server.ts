import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { GitServer, GitServerOptions } from '../parts.ts';
import { gitEnvironment } from './environment.ts';
import { parseGitRequest, type GitRequest } from './git-request.ts';
import { serveHooks, type HookHandlers } from './hook-channel.ts';
import { installHooks } from './hooks.ts';
import { findHttpBackend, runHttpBackend } from './http-backend.ts';
import { PushJudgement } from './push-judgement.ts';
import { LONGEST_PUSH_REQUEST, parsePushRequest } from './push-request.ts';
import { readStart } from './read-start.ts';
import { CLOSING, refusalFor, sendRefusal, SMART_HTTP_ONLY } from './refusals.ts';
import { Repositories } from './repositories.ts';
import { refuseShallowPush } from './shallow-refusal.ts';

/** Holds the hooks and git's configuration; no app's name starts with a dot. */
const WORKSPACE = '.server';

/**
 * A git server over smart HTTP, by `git http-backend`, that behaves as git.heroku.com does. Hooks are run by
 * git itself and speak with this process over an inherited descriptor, so a push is judged before a ref moves.
 * @throws Error when hooks under `root` could not be executed.
 */
export function createGitServer(options: GitServerOptions): GitServer {
  return new LocalGitServer(options);
}

/** What can end a request early: the client goes away, or this server closes. */
interface RequestEnds {
  readonly gone: AbortSignal;
  readonly closing: AbortSignal;
}

class LocalGitServer implements GitServer {
  private readonly root: string;
  private readonly config: string;
  private readonly repositories: Repositories;
  /** Each request has a controller of its own: listeners on a common one would outlive their requests. */
  private readonly active = new Map<Promise<void>, AbortController>();
  private closed = false;
  private httpBackend: Promise<string> | undefined;

  constructor(private readonly options: GitServerOptions) {
    this.root = path.resolve(options.root);
    const workspace = path.join(this.root, WORKSPACE);
    this.config = installHooks(workspace);
    this.repositories = new Repositories(this.root, workspace);
  }

  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const wanted = parseGitRequest(request);
    if (wanted === undefined) return false;
    const gone = new AbortController();
    const closing = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('The pusher went away.'));
    });
    const ends = { gone: gone.signal, closing: closing.signal };
    const served = this.serve(wanted, request, response, ends).catch((error: Error) => {
      fail(response, error);
    });
    this.active.set(served, closing);
    void served.then(() => this.active.delete(served));
    return true;
  }

  branchCommit(app: string, branch: string): Promise<string | undefined> {
    return this.repositories.branchCommit(app, branch);
  }

  repositoryOf(app: string): string {
    return this.repositories.pathOf(app);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const closing of this.active.values())
      closing.abort(new Error('The local Heroku is shutting down.'));
    await Promise.all(this.active.keys());
  }

  private async serve(
    wanted: GitRequest,
    request: IncomingMessage,
    response: ServerResponse,
    ends: RequestEnds,
  ): Promise<void> {
    const { app, key, service } = wanted;
    if (this.closed) return sendRefusal(response, CLOSING);
    if (service === undefined) return sendRefusal(response, SMART_HTTP_ONLY);
    const authorization = this.options.authorize({ app, key, service });
    if (authorization !== 'ok') return sendRefusal(response, refusalFor(authorization, wanted));

    const program = await (this.httpBackend ??= findHttpBackend());
    await this.repositories.ensure(app);
    // From here on without a pause: a body that breaks off has to find somebody who listens.
    const body = decodedBody(request);
    let start: Buffer = Buffer.alloc(0);
    if (service === 'git-receive-pack' && request.method === 'POST') {
      const { value: push, bytes } = await readStart(body, parsePushRequest, LONGEST_PUSH_REQUEST);
      if (push?.shallow === true) {
        await drain(body);
        return refuseShallowPush(response, push);
      }
      start = bytes;
    }
    await this.runBackend(wanted, request, { program, body, start, response, ...ends });
  }

  private async runBackend(
    { app, path: pathname, query, service, key = '' }: GitRequest,
    request: IncomingMessage,
    io: RequestEnds & { program: string; body: Readable; start: Buffer; response: ServerResponse },
  ): Promise<void> {
    const { closing, gone } = io;
    const unheard = AbortSignal.any([closing, gone]);
    const judgement = new PushJudgement(unheard, (push) => this.options.onPush(push));
    const push = { app, key, repository: this.repositoryOf(app) };
    const handlers: HookHandlers = {
      preReceive: (call) => judgement.of(call, push),
      postReceive: (call) => {
        for (const { ref, newCommit } of call.updates) this.options.onPushed?.({ app, ref, newCommit });
      },
    };
    try {
      await runHttpBackend({
        program: io.program,
        body: io.body,
        start: io.start,
        response: io.response,
        // A push goes on without its pusher, as Heroku's do; a fetch is for nobody then.
        signal: service === 'git-receive-pack' ? closing : unheard,
        directory: this.root,
        environment: {
          ...gitEnvironment(this.config),
          GIT_PROJECT_ROOT: this.root,
          GIT_HTTP_EXPORT_ALL: '1',
          GIT_PROTOCOL: headerOf(request, 'git-protocol'),
          PATH_INFO: `/${app}.git${pathname}`,
          QUERY_STRING: query,
          REQUEST_METHOD: request.method ?? 'GET',
          CONTENT_TYPE: headerOf(request, 'content-type'),
          REMOTE_USER: 'heroku',
          REMOTE_ADDR: request.socket.remoteAddress ?? '',
        },
        onHookChannel: (channel) => serveHooks(channel, handlers, closing),
      });
    } finally {
      judgement.end();
    }
  }
}

/** The body as git wrote it: git compresses long requests. A broken body breaks the returned stream. */
function decodedBody(request: IncomingMessage): Readable {
  const encoding = headerOf(request, 'content-encoding').toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return request;
  // The callback takes the error, which the reader of the returned stream sees as well.
  return pipeline(request, createGunzip(), () => undefined);
}

/** Reads on to the end: git does not listen before it has sent everything. */
async function drain(body: Readable): Promise<void> {
  body.resume();
  await finished(body, { writable: false });
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name] ?? '';
  return typeof value === 'string' ? value : value.join(',');
}

function fail(response: ServerResponse, error: Error): void {
  if (response.headersSent) response.destroy();
  else sendRefusal(response, { status: 500, lines: [`!\tThe local Heroku failed: ${error.message}`] });
}
