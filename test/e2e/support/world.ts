import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Result } from '../../../src/helper/deployment/result.ts';
import { rehearseJob, type JobResult, type RehearsalOptions } from '../../../src/rehearsal/index.ts';
import { startLocalHeroku, type LocalHeroku, type LocalHerokuOptions } from '../../../src/simulator/index.ts';
import { postgresOnDemand } from '../../../src/simulator/postgres/index.ts';
import { APP_FILES, createRepository, type Repository } from './repository.ts';

export const APP = 'corner-shop';
export const KEY = 'HRKU-5ca1ab1e-0000-4000-8000-00000c0ffee5';
/** The emitted orb; `npm run coverage` names one whose helper counts what runs of it. */
const ORB = process.env['E2E_ORB'] ?? resolve(__dirname, '../../../orb/orb.yml');

/** The steps of the orb that call the helper. */
const HELPER_STEPS: readonly string[] = [
  'Ask Heroku for the app',
  'Look before the first change',
  'Deploy to Heroku',
  'Deploy and migrate behind the maintenance page',
  'Recover the app',
  'Roll the app back',
  'Open the window',
  'Close the window',
  'Switch the maintenance page on',
  'Switch the maintenance page off',
  'Set the maintenance page',
  'Scale the app',
  'Run a one-off dyno',
  'Back up the database',
  'Restore the database',
  'Flush the caches',
];

/** A local Heroku with one app, a repository, and the orb's job to deploy the one to the other. */
export interface World {
  readonly heroku: LocalHeroku;
  readonly repository: Repository;
  readonly folder: string;
  /** Runs the orb's deploy job in real bash, as CircleCI would. */
  deploy(options?: DeployOptions): Promise<Deployment>;
  /**
   * Commits the files and pushes them as a person would, past the orb: for what an app was before a run. Much
   * cheaper than a deployment, and no run has left a journal. Gives the commit.
   */
  pushByHand(files?: Readonly<Record<string, string>>): Promise<string>;
  /** Type, quantity and size of every process type, such as `web=1:Eco`. */
  formation(): Promise<readonly string[]>;
  /** What the app answers to a browser: status and body. Waits while its web dyno is still booting. */
  visit(): Promise<string>;
  /** The app as the local Heroku holds it. */
  app(): NonNullable<ReturnType<LocalHeroku['platform']['apps']['find']>>;
  close(): Promise<void>;
}

/** A job of the orb. */
export type OrbJob =
  | 'deploy'
  | 'maintenance-wrapped-migrate'
  | 'recover'
  | 'rollback'
  | 'open-window'
  | 'close-window'
  | 'flush-cache';

export interface DeployOptions extends Partial<RehearsalOptions> {
  /** The orb's job; `deploy` unless given. */
  readonly orbJob?: OrbJob;
  /** Arguments of the orb's job. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Other variables of the context than the key; an undefined one is left out. */
  readonly context?: Readonly<Record<string, string | undefined>>;
  /** Steps in place of the orb's job, in a job of the configuration's own. */
  readonly steps?: readonly unknown[];
  /** Keys of that job, such as `parallelism`. */
  readonly jobKeys?: Readonly<Record<string, unknown>>;
}

export interface Deployment {
  readonly job: JobResult;
  /** All that the steps wrote, one after the other. */
  readonly log: string;
  /** Exit code of the helper: of the first step of it that failed, else of the last. */
  readonly exitCode: number | null;
  /** The result.json that the job stored as an artifact, where it got that far. */
  readonly result: Result | undefined;
}

/**
 * Keeps Node.js and git from reading the hundred authorities of the world at every start, which takes them longer
 * than the work: the local Heroku's own, which is trusted besides, is the only one here.
 */
export const fewAuthorities = (world: Pick<World, 'folder'>): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: '--use-openssl-ca',
  SSL_CERT_DIR: join(world.folder, 'authorities'),
  SSL_CERT_FILE: join(world.folder, 'authorities', 'none'),
  GIT_SSL_CAPATH: join(world.folder, 'authorities'),
});

/** One server for all worlds of a file: making one takes longer than most tests. It starts when it is first needed. */
const postgres = postgresOnDemand();
afterAll(() => postgres.close());

/** Starts everything on free ports and in a temporary folder. */
export async function createWorld(options: LocalHerokuOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-e2e-'));
  await mkdir(join(folder, 'authorities'));
  const heroku = await startLocalHeroku({
    account: { email: 'deploy@example.com', key: KEY },
    apps: [APP],
    settings: { buildMs: 20 },
    postgres,
    ...options,
  });
  const repository = await createRepository(join(folder, 'repository'));
  let runs = 0;
  return {
    heroku,
    repository,
    folder,
    async deploy(given = {}) {
      const { orbJob = 'deploy', parameters, context, steps, jobKeys, environment, ...rest } = given;
      const artifacts = join(folder, `artifacts-${(runs += 1)}`);
      const { HEROKU_API_KEY: _key, ...hosts } = heroku.environment();
      let log = '';
      const job = await rehearseJob({
        config: { text: configuration(orbJob, parameters ?? {}, steps, jobKeys) },
        orbs: { 'heroku-cd': ORB },
        workflow: 'deploy',
        job: 'deploy',
        repository: repository.directory,
        contexts: { heroku: defined({ HEROKU_API_KEY: KEY, ...context }) },
        callerEnvironment: { PATH: process.env['PATH'], ...hosts },
        artifactsFolder: artifacts,
        environment: { ...fewAuthorities({ folder }), ...environment },
        // Nothing but caches goes from one job to the next.
        cacheFolder: join(folder, 'cache'),
        output: { write: (text) => (log += text) },
        ...rest,
      });
      const calls = job.steps.filter((one) => HELPER_STEPS.includes(one.name) && one.exitCode !== null);
      const step = calls.find((one) => one.exitCode !== 0) ?? calls.at(-1);
      return { job, log, exitCode: step?.exitCode ?? null, result: await readResult(artifacts) };
    },
    async pushByHand(files = APP_FILES) {
      const commit = await repository.commit(files);
      const url = new URL(`${heroku.urls.api}/${APP}.git`);
      Object.assign(url, { username: 'heroku', password: KEY });
      await repository.git('push', '--quiet', url.href, 'HEAD:refs/heads/main');
      return commit;
    },
    async formation() {
      const app = await heroku.control.app(APP);
      return app.formation.map((one) => `${one.type}=${one.quantity}:${one.size}`);
    },
    app() {
      const app = heroku.platform.apps.find(APP);
      if (app === undefined) throw new Error(`There is no app ${APP}.`);
      return app;
    },
    async visit() {
      const booting = (): boolean =>
        heroku.platform.apps
          .find(APP)
          ?.dynos.some((dyno) => dyno.type === 'web' && dyno.state === 'starting') === true;
      const end = Date.now() + 10_000;
      while (booting() && Date.now() < end) await delay(20);
      const response = await fetch(`${heroku.urls.router}/_app/${APP}/`);
      return `${response.status} ${await response.text()}`;
    },
    async close() {
      await heroku.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function configuration(
  orbJob: string,
  parameters: Readonly<Record<string, unknown>>,
  steps: readonly unknown[] | undefined,
  jobKeys: Readonly<Record<string, unknown>> = {},
): string {
  const invocation = { name: 'deploy', context: ['heroku'], 'app-name': APP, ...parameters };
  const own = { docker: [{ image: 'cimg/node:lts' }], ...jobKeys, steps };
  return stringify({
    version: 2.1,
    orbs: { 'heroku-cd': 'heroku-cd/heroku-cd@0.1' },
    ...(steps === undefined ? {} : { jobs: { 'own-job': own } }),
    workflows: {
      deploy: {
        jobs: [
          steps === undefined
            ? { [`heroku-cd/${orbJob}`]: invocation }
            : { 'own-job': { name: 'deploy', context: ['heroku'] } },
        ],
      },
    },
  });
}

function defined(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

async function readResult(artifacts: string): Promise<Result | undefined> {
  try {
    return JSON.parse(await readFile(join(artifacts, 'heroku-cd', APP, 'result.json'), 'utf8')) as Result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
