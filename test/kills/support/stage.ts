import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bundleHelper } from '../../../scripts/lib/bundle.ts';
import { Cache } from '../../../src/rehearsal/run/cache.ts';
import { startLocalHeroku, type FaultRequest, type LocalHeroku } from '../../../src/simulator/index.ts';
import { fewAuthorities } from '../../e2e/support/world.ts';
import { createRepository, type Repository } from '../../e2e/support/repository.ts';
import { appFiles, procfile } from './app.ts';
import { HelperHosts } from './helper-hosts.ts';
import { APP_NAME, OrbJob, type JobOptions, type OrbCommand } from './orb-job.ts';

export const KEY = 'HRKU-5ca1ab1e-0000-4000-8000-00000c0ffee5';
const ROOT = resolve(__dirname, '../../..');
/** Milliseconds between two looks at what has no event. */
const POLL_MS = 5;

/** How the app stands, in the words of what must be compared. */
export interface Standing {
  /** Type, quantity and size of every process type. */
  readonly formation: readonly string[];
  readonly page: boolean;
  /** The version of the code that is current. */
  readonly code: string;
  readonly pendingBuilds: number;
  readonly pendingReleases: number;
  /** One-off dynos that run. */
  readonly oneOffs: number;
  /** What the migrations did to the data. */
  readonly ledger: readonly string[];
}

/** An app of its own in place of the usual one; it is not made as before by {@link Stage.reset}. */
export interface StageOptions {
  readonly files: Readonly<Record<string, string>>;
  readonly configVars: Readonly<Record<string, string>>;
  readonly postgres: boolean;
  readonly formation: Readonly<Record<string, number>>;
}

/** A local Heroku with one app that serves version 1, in a formation of several quantities and sizes. */
export class Stage {
  #version = 1;
  readonly #jobs = new Set<OrbJob>();
  /** Versions by commit. */
  readonly #versions = new Map<string, string>();

  private constructor(
    readonly heroku: LocalHeroku,
    readonly repository: Repository,
    readonly folder: string,
    private readonly helper: string,
    private readonly hosts: HelperHosts,
    private appId: string,
  ) {}

  static async create(own?: StageOptions): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-kills-'));
    const heroku = await startLocalHeroku({
      account: { email: 'deploy@example.com', key: KEY },
      settings: { buildMs: 10, stopGraceMs: 2_000 },
    });
    const ledger = join(folder, 'ledger');
    const app = await heroku.control.createApp({
      name: APP_NAME,
      configVars: { LEDGER: ledger, ...own?.configVars },
      postgres: own?.postgres ?? false,
    });
    const repository = await createRepository(join(folder, 'repository'));
    const helper = join(folder, 'heroku-cd.cjs');
    await writeFile(helper, (await bundleHelper(ROOT, 'src/helper/process.ts')).code);
    await mkdir(join(folder, 'authorities'));
    const hosts = new HelperHosts({ ...heroku.environment(), ...fewAuthorities({ folder }) });
    const stage = new Stage(heroku, repository, folder, helper, hosts, app.id);
    await stage.commit(own?.files);
    const first = await stage.job('deploy', { parameters: { maintenance: 'never' } }).end;
    if (first.exitCode !== 0) throw new Error(`The first deployment failed:\n${first.log}`);
    if (own === undefined) await stage.standAsUsual();
    else await heroku.control.act(APP_NAME, { action: 'scale', formation: own.formation });
    return stage;
  }

  async close(): Promise<void> {
    for (const job of this.#jobs) job.lose();
    await Promise.all([...this.#jobs].map((job) => job.end));
    await this.hosts.close();
    await this.heroku.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Everything as before the first case: nothing held, nothing cached, the usual formation, the page off. */
  async reset(): Promise<void> {
    for (const job of this.#jobs) job.lose();
    await Promise.all([...this.#jobs].map((job) => job.end));
    this.#jobs.clear();
    this.clearFaults();
    this.heroku.control.clearRequests();
    await this.letMigrate();
    await rm(join(this.folder, 'ledger.fail'), { force: true });
    await rm(join(this.folder, 'ledger'), { force: true });
    await this.loseCache();
    const { control } = this.heroku;
    await control.changeSettings(APP_NAME, { buildMs: 10, buildResult: 'succeed' });
    const app = await control.app(APP_NAME);
    if (app.builds.some(({ status }) => status === 'pending'))
      await control.act(APP_NAME, { action: 'cancel-build' });
    await control.until(APP_NAME, (now) => now.releases.every(({ status }) => status !== 'pending'));
    if (!app.formation.some(({ type }) => type === 'worker')) {
      await this.commit({ Procfile: procfile({}) });
      await this.job('deploy', { parameters: { maintenance: 'never' } }).end;
      await this.loseCache();
    }
    await this.standAsUsual();
  }

  private async standAsUsual(): Promise<void> {
    const { control } = this.heroku;
    await control.act(APP_NAME, { action: 'maintenance', enabled: false });
    await control.act(APP_NAME, { action: 'scale', formation: { web: 1, worker: 2, clock: 1 } });
    await control.act(APP_NAME, { action: 'resize', sizes: { worker: 'standard-2x', clock: 'standard-1x' } });
    await control.until(APP_NAME, (app) =>
      app.dynos.every((dyno) => dyno.type !== 'web' || (dyno.state === 'up' && dyno.listed)),
    );
  }

  /** Commits the next version of the app; gives the commit. */
  async commit(more: Readonly<Record<string, string>> = {}): Promise<string> {
    const version = this.#version++;
    const commit = await this.repository.commit(appFiles(version, more));
    this.#versions.set(commit, `${version}`);
    return commit;
  }

  /** The version that was committed last. */
  get newest(): string {
    return `${this.#version - 1}`;
  }

  /** Starts a job of the orb's, in a home and a checkout of its own; `recover` has no checkout. */
  job(
    command: OrbCommand,
    options: Partial<Pick<JobOptions, 'parameters' | 'workflow' | 'cancelBefore' | 'environment'>> = {},
  ): OrbJob {
    const job = new OrbJob({
      helper: this.helper,
      hosts: this.hosts,
      folder: this.folder,
      cache: new Cache(join(this.folder, 'cache')),
      appId: this.appId,
      command,
      ...(command === 'recover' ? {} : { repository: this.repository.directory }),
      ...options,
      parameters: { 'app-name': APP_NAME, ...options.parameters },
      environment: {
        ...this.heroku.environment(),
        ...fewAuthorities(this),
        CIRCLE_SHA1: '',
        HEROKU_CD_REVISION: 'HEAD',
        HEROKU_CD_TIME_LAPSE: '40',
        ...options.environment,
      },
    });
    this.#jobs.add(job);
    return job;
  }

  /** A request that matches is never answered; it has its effect before, or it has none. */
  stall(match: FaultRequest['match'], when: 'before-effect' | 'after-effect' = 'before-effect'): void {
    this.heroku.control.addFault({ match, effect: { kind: 'stall', when } } as FaultRequest);
  }

  clearFaults(): void {
    this.heroku.control.clearFaults();
  }

  /** Resolves when a request is stalled. @throws Error when the job ends first. */
  async untilStalled(job: OrbJob): Promise<void> {
    let ended = false;
    void job.end.then(() => (ended = true));
    while (!this.heroku.control.faults().some(({ applied }) => applied > 0)) {
      if (ended) throw new Error(`The job ended before it was held:\n${job.log}`);
      await delay(POLL_MS);
    }
    // An effect that comes before the stall has been had by the time the request is logged as stalled.
    while (!this.heroku.control.requests().some(({ outcome }) => outcome === 'stalled')) await delay(POLL_MS);
  }

  /** Builds take so many milliseconds from now on. */
  async buildFor(buildMs: number): Promise<void> {
    await this.heroku.control.changeSettings(APP_NAME, { buildMs });
  }

  async untilBuildPending(): Promise<void> {
    await this.heroku.control.until(APP_NAME, (app) => app.builds.some(({ status }) => status === 'pending'));
  }

  /** Resolves when a line of the ledger matches. */
  async untilLedger(pattern: RegExp): Promise<void> {
    while (!(await this.#ledger()).some((line) => pattern.test(line))) await delay(POLL_MS);
  }

  /** Migrations stop in their middle from now on. */
  async holdMigrations(): Promise<void> {
    await writeFile(join(this.folder, 'ledger.hold'), '');
  }

  async letMigrate(): Promise<void> {
    await rm(join(this.folder, 'ledger.hold'), { force: true });
  }

  async failMigrations(): Promise<void> {
    await writeFile(join(this.folder, 'ledger.fail'), '');
  }

  async mendMigrations(): Promise<void> {
    await rm(join(this.folder, 'ledger.fail'), { force: true });
  }

  async loseCache(): Promise<void> {
    await rm(join(this.folder, 'cache'), { recursive: true, force: true });
  }

  /** Changes the text of every cached journal. */
  async rewriteJournals(change: (text: string) => string): Promise<void> {
    const cache = join(this.folder, 'cache');
    const names = (await readdir(cache, { recursive: true })).filter((name) => name.endsWith('journal.json'));
    for (const name of names) {
      const file = join(cache, name);
      await writeFile(file, change(await readFile(file, 'utf8')));
    }
  }

  async standing(): Promise<Standing> {
    const app = await this.heroku.control.app(APP_NAME);
    const current = app.releases.find((release) => release.current);
    return {
      formation: app.formation.map((one) => `${one.type}=${one.quantity}:${one.size}`).sort(),
      page: app.maintenance,
      code: this.#versions.get(current?.commit ?? '') ?? 'unknown',
      pendingBuilds: app.builds.filter(({ status }) => status === 'pending').length,
      pendingReleases: app.releases.filter(({ status }) => status === 'pending').length,
      oneOffs: app.dynos.filter((dyno) => dyno.type === 'run' && dyno.listed).length,
      ledger: await this.#ledger(),
    };
  }

  async #ledger(): Promise<string[]> {
    const file = join(this.folder, 'ledger');
    if (!existsSync(file)) return [];
    return (await readFile(file, 'utf8')).trim().split('\n');
  }
}
