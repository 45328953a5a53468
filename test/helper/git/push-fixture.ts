import { createGit, type GitOptions } from '../../../src/helper/git/create-git.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import type { Git, PushOutcome, PushRequest } from '../../../src/helper/ports/git.ts';
import { GitHttpRemote, type GitRequest } from '../../support/git-http-remote.ts';
import { GitSandbox } from '../../support/git-sandbox.ts';

export const KEY = 'HRKU-5d0c4b1e-1111-2222-3333-444455556666';

/** How {@link KEY} is sent. */
export const BASIC = `Basic ${Buffer.from(`heroku:${KEY}`).toString('base64')}`;
export const SECRETS_OF_JOB = { secretVariables: ['HEROKU_API_KEY'], secretValues: [new Secret(KEY)] };

/** A repository with three commits, and a git server over TLS that takes {@link KEY}. */
export class PushFixture {
  /** The app to push to; its repository is empty. */
  app = '';
  private count = 0;

  private constructor(
    readonly sandbox: GitSandbox,
    readonly server: GitHttpRemote,
    readonly directory: string,
    readonly ids: readonly [string, string, string],
  ) {}

  static async start(): Promise<PushFixture> {
    const sandbox = await GitSandbox.create();
    const server = await GitHttpRemote.start({ tls: true, apiKey: KEY });
    const { directory, ids } = await sandbox.history('repository');
    const fixture = new PushFixture(sandbox, server, directory, ids);
    await fixture.freshApp();
    return fixture;
  }

  /** Goes on with another app, as if nothing had happened. */
  async freshApp(): Promise<void> {
    this.count += 1;
    this.app = `app-${this.count}`;
    await this.server.addRepository(this.app);
    this.server.requests.length = 0;
    this.server.fault = () => undefined;
    this.server.onHang = () => undefined;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.sandbox.remove();
  }

  get url(): string {
    return this.server.url(this.app);
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...this.sandbox.environment, GIT_SSL_CAINFO: this.server.caFile };
  }

  /** A job as CircleCI starts it: the key is in its environment, in its variable and in copies. */
  jobWithKey(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      ...this.environment,
      HEROKU_API_KEY: KEY,
      COPY_OF_KEY: `https://heroku:${KEY}@git.heroku.com/app.git`,
      ENCODED: BASIC,
      ...more,
    };
  }

  /** Pushes from such a job. */
  pushFrom(environment: NodeJS.ProcessEnv, more: Partial<PushRequest> = {}): Promise<PushOutcome> {
    return this.push(more, { environment, ...SECRETS_OF_JOB });
  }

  /** That the push was taken, and that the key and nothing else was sent with each request. */
  expectPushed(outcome: PushOutcome): void {
    expect(outcome).toEqual({ kind: 'pushed' });
    expect([...new Set(this.server.authorizations)]).toEqual([BASIC]);
    expect(this.server.requests).toHaveLength(this.server.authorizations.length);
  }

  git(options: Partial<GitOptions> = {}): Git {
    return createGit({
      directory: this.directory,
      environment: this.environment,
      killGraceMs: 300,
      ...options,
    });
  }

  request(more: Partial<PushRequest> = {}): PushRequest {
    return {
      url: this.url,
      apiKey: new Secret(KEY),
      commit: this.ids[2],
      branch: 'main',
      onLine: () => undefined,
      timeoutMs: 30_000,
      ...more,
    };
  }

  push(more: Partial<PushRequest> = {}, options: Partial<GitOptions> = {}): Promise<PushOutcome> {
    return this.git(options).push(this.request(more));
  }

  /** What a branch of the app is at. */
  branch(name = 'main'): Promise<string | undefined> {
    return this.server.branch(this.app, name);
  }
}

export const isQuestion = (request: GitRequest): boolean => request.path.includes('/info/refs');
export const isPack = (request: GitRequest): boolean => request.carriesPack;
