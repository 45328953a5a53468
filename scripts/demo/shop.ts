import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../src/helper/deployment/result.ts';
import { rehearseJob, type RehearsalOutput } from '../../src/rehearsal/index.ts';
import { startLocalHeroku, type AppView, type LocalHeroku } from '../../src/simulator/index.ts';
import { ROOT } from '../lib/project.ts';
import { APP_FOLDER } from './editions.ts';
import type { Span } from './ledger.ts';
import { createDemoRepository, type DemoRepository } from './repository.ts';

const APP = 'corner-shop';
const KEY = 'HRKU-de300000-0000-4000-8000-000000000001';

/** How a job ended that deployed one commit. */
export interface Deployed {
  readonly exitCode: number;
  readonly result: Result;
}

/** A local Heroku with one app, a git repository, and the orb's job out of its `config.yml`. */
export class Shop {
  #jobs = 0;

  private constructor(
    private readonly heroku: LocalHeroku,
    private readonly repository: DemoRepository,
    private readonly folder: string,
    /** Where each job leaves its artifacts, in a folder by its number. */
    readonly artifacts: string,
  ) {}

  /** Starts the local Heroku with an empty app. */
  static async open(artifacts: string): Promise<Shop> {
    await rm(artifacts, { recursive: true, force: true });
    const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-demo-'));
    try {
      const repository = await createDemoRepository(join(folder, APP));
      const heroku = await startLocalHeroku({
        account: { email: 'deploy@example.com', key: KEY },
        // The local Heroku installs no npm packages: the app's processes find pg among the project's own.
        apps: [{ name: APP, postgres: true, configVars: { NODE_PATH: join(ROOT, 'node_modules') } }],
        settings: { buildMs: 1_000, startDelayMs: 300 },
      });
      return new Shop(heroku, repository, folder, artifacts);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get urls(): { readonly api: string; readonly git: string; readonly page: string } {
    const { api, git, router } = this.heroku.urls;
    return { api, git, page: `${router}/_app/${APP}/` };
  }

  /** Of the database that the app has. */
  async databaseUrl(): Promise<string> {
    return (await this.app()).configVars['DATABASE_URL'] ?? '';
  }

  app(): Promise<AppView> {
    return this.heroku.control.app(APP);
  }

  /** Process types with quantity and size, as `heroku ps:scale` writes them. */
  async formation(): Promise<string> {
    const { formation } = await this.app();
    return formation.map(({ type, quantity, size }) => `${type}=${quantity}:${size}`).join(' ');
  }

  /** What a person does with `heroku ps:scale`; waits until the dynos are up. */
  async scale(quantities: Readonly<Record<string, number>>): Promise<void> {
    await this.heroku.control.act(APP, { action: 'scale', formation: quantities });
    const wanted = Object.values(quantities).reduce((sum, quantity) => sum + quantity, 0);
    await this.heroku.control.until(
      APP,
      ({ dynos }) => dynos.filter(({ state, listed }) => listed && state === 'up').length === wanted,
    );
  }

  /** Lays a folder of changes over the app and commits; gives the commit. */
  async commit(changes: string, message: string): Promise<string> {
    await cp(join(APP_FOLDER, changes), this.repository.directory, { recursive: true });
    return this.repository.commit(message);
  }

  /** Runs the job that deploys the newest commit, in real bash, as CircleCI would. */
  async deploy(output: RehearsalOutput, terminate: AbortSignal): Promise<Deployed> {
    const { HEROKU_API_KEY: key = '', ...hosts } = this.heroku.environment();
    const artifacts = join(this.artifacts, String((this.#jobs += 1)));
    const job = await rehearseJob({
      config: { file: join(this.repository.directory, '.circleci/config.yml') },
      orbs: { 'heroku-cd': join(ROOT, 'orb/orb.yml') },
      workflow: 'test-and-deploy',
      job: 'deploy',
      repository: this.repository.directory,
      contexts: { 'heroku-production': { HEROKU_API_KEY: key } },
      callerEnvironment: { PATH: process.env['PATH'], ...hosts },
      artifactsFolder: artifacts,
      // CircleCI's cache: the only thing that goes from one job to the next.
      cacheFolder: join(this.folder, 'cache'),
      output,
      terminate,
    });
    terminate.throwIfAborted();
    const failed = job.steps.find(({ status }) => status === 'failed');
    const result = await readResult(join(artifacts, 'heroku-cd', APP, 'result.json'));
    if (result === undefined) throw new Error(`The job ended without a result: ${job.reason ?? job.status}`);
    return { exitCode: failed === undefined ? 0 : (failed.exitCode ?? -1), result };
  }

  /** Begins the log of requests anew. */
  forgetRequests(): void {
    this.heroku.control.clearRequests();
  }

  /** From when to when the page was up, by the log of requests: from its first switch to its last. */
  pageSpan(): Span {
    const switches = this.heroku.control
      .requests({ surface: 'api', method: 'PATCH', app: APP })
      .filter(({ path, status }) => path === `/apps/${APP}` && status === 200)
      .map(({ at, durationMs }) => Date.parse(at) + (durationMs ?? 0));
    return { from: switches.at(0) ?? NaN, to: switches.at(-1) ?? NaN };
  }

  async close(): Promise<void> {
    await this.heroku.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function readResult(file: string): Promise<Result | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
