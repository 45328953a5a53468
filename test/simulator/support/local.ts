import type { LocalHeroku, LocalHerokuOptions } from '../../../src/simulator/index.ts';
import { startLocalHeroku } from '../../../src/simulator/index.ts';
import type { App } from '../../../src/simulator/platform/model.ts';
import type { CommandResult } from './workspace.ts';
import { Workspace, appFiles } from './workspace.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // What the API answers is looked at freely in tests; the schema test checks its shape.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** A local Heroku for one test file, with what its tests need around it. */
export class TestHeroku {
  readonly #workspaces: Workspace[] = [];

  private constructor(readonly heroku: LocalHeroku) {}

  static async start(options: LocalHerokuOptions = {}): Promise<TestHeroku> {
    return new TestHeroku(await startLocalHeroku({ gitRequestsPerHour: 100_000, ...options }));
  }

  get key(): string {
    return this.heroku.account.keys[0]?.key ?? '';
  }

  app(name: string): App {
    return this.heroku.platform.apps.get(name);
  }

  /** One API request; the body is parsed where it is JSON. */
  async api(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(path.startsWith('http') ? path : `${this.heroku.urls.api}${path}`, {
      method,
      headers: {
        Accept: 'application/vnd.heroku+json; version=3',
        Authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  async workspace(files: Readonly<Record<string, string>> = appFiles()): Promise<Workspace> {
    const workspace = await Workspace.create(files);
    this.#workspaces.push(workspace);
    return workspace;
  }

  /** Pushes HEAD as git's users do, over https with the key as the password. */
  async push(
    workspace: Workspace,
    app: string,
    options: { ref?: string; key?: string; force?: boolean; signal?: AbortSignal } = {},
  ): Promise<CommandResult> {
    const url = new URL(`${this.heroku.urls.git}/${app}.git`);
    url.username = 'heroku';
    url.password = options.key ?? this.key;
    const force = options.force ? ['--force'] : [];
    const args = [
      '-c',
      'credential.helper=',
      'push',
      ...force,
      url.href,
      `HEAD:${options.ref ?? 'refs/heads/main'}`,
    ];
    return workspace.git(args, this.heroku.environment(), options.signal);
  }

  /** Makes an app and deploys files to it; resolves when its web dyno is up. */
  async deployedApp(
    name: string,
    files: Readonly<Record<string, string>> = appFiles(),
  ): Promise<{ app: App; workspace: Workspace; commit: string }> {
    const app =
      this.heroku.platform.apps.find(name) ?? this.heroku.platform.apps.create(this.heroku.account, { name });
    const workspace = await this.workspace(files);
    const commit = await workspace.commit('First');
    const pushed = await this.push(workspace, name);
    if (pushed.code !== 0) throw new Error(pushed.stderr);
    await this.until(() => this.heroku.platform.dynos.webPorts(app).length > 0);
    return { app, workspace, commit };
  }

  /** Uploads the workspace's HEAD as a source and returns its address. */
  async upload(workspace: Workspace): Promise<string> {
    const { body } = await this.api('POST', '/sources');
    const { get_url: getUrl, put_url: putUrl } = body.source_blob;
    const answer = await fetch(putUrl, { method: 'PUT', body: await workspace.tarball() });
    if (!answer.ok) throw new Error(await answer.text());
    return getUrl;
  }

  /** Waits for something to become true of the platform's state. */
  async until(isTrue: () => boolean): Promise<void> {
    await this.heroku.platform.changes.until(() => (isTrue() ? true : undefined));
  }

  async close(): Promise<void> {
    await this.heroku.close();
    await Promise.all(this.#workspaces.map((workspace) => workspace.remove()));
  }
}
