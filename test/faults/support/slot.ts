import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  startLocalHeroku,
  type AppSettings,
  type AppView,
  type FaultRequest,
  type LocalHeroku,
  type RequestEntry,
} from '../../../src/simulator/index.ts';
import { MIGRATE_COMMAND, MIGRATION_VARIABLE, PROCESS_TYPES, PSQL_VARIABLE, SCHEMA_BEFORE } from './app.ts';
import { readContent, type DatabaseContent } from './database.ts';
import { CaseCache, type CacheFault } from './cache.ts';
import { HelperHost, type HelperRun } from './helper-host.ts';
import { processesWith } from './processes.ts';
import { LAPSE, SLOWER, type Scenario } from './scenarios.ts';
import { writeRepository, type Stage } from './stage.ts';
import { type Interference, type Moments, watch } from './witness.ts';

export const KEY = 'HRKU-5ca1ab1e-0000-4000-8000-0fa017ca5e50';
const EMAIL = 'deploy@example.com';
/** Milliseconds that a build takes: long enough for a pusher to break off before its end. */
const BUILD_MS = 150;
/** Milliseconds after which a run counts as hung, and is killed. */
const HUNG_MS = 90_000 * SLOWER;

/** Config var that lets the release phase of the code from before fail. */
const NO_RETURN = 'NO_RETURN';

type App = LocalHeroku['platform']['apps']['all'][number];

/** What is tried, and with what. */
export interface Trial {
  readonly scenario: Scenario;
  readonly faults?: readonly FaultRequest[];
  readonly cacheFaults?: readonly CacheFault[];
  readonly interferences?: readonly Interference[];
  /** How the app behaves, beside the defaults. */
  readonly app?: Partial<AppSettings>;
  /** Another bundle of the helper than the stage's. */
  readonly program?: string;
}

/** One run of the helper, and everything that can be known about it from outside. */
export interface Observation extends HelperRun {
  readonly app: string;
  readonly result: unknown;
  readonly journal: unknown;
  readonly before: AppView;
  /** At the moment of the helper's end. */
  readonly atEnd: AppView;
  /** When nothing was under way any more. */
  readonly after: AppView;
  readonly database: { readonly before: DatabaseContent; readonly after: DatabaseContent };
  /** That nobody may get to see. */
  readonly databasePassword: string;
  /** Of the app that builds for this one. */
  readonly buildsElsewhere: AppView['builds'];
  readonly requests: readonly RequestEntry[];
  /** The app's cache, as it is in the end. */
  readonly cache: CaseCache | undefined;
  /** How many requests met the fault. */
  readonly met: number;
  readonly leftProcesses: readonly string[];
  readonly moments: Moments;
}

/** A local Heroku on which one case runs at a time, so that every request in it is that case's. */
export class Slot {
  private constructor(
    private readonly stage: Stage,
    readonly heroku: LocalHeroku,
    private readonly host: HelperHost,
    private readonly number: number,
  ) {}

  private cases = 0;

  static async start(stage: Stage, number: number): Promise<Slot> {
    const heroku = await startLocalHeroku({
      account: { email: EMAIL, key: KEY },
      gitRequestsPerHour: 1_000_000,
      postgres: stage.databases.shared,
      settings: { buildMs: BUILD_MS },
    });
    return new Slot(stage, heroku, new HelperHost(heroku.environment()), number);
  }

  async close(): Promise<void> {
    await this.host.close();
    await this.heroku.close();
  }

  async run(trial: Trial): Promise<Observation> {
    const { scenario, faults = [], interferences, app: behaviour, program } = trial;
    const { stage, heroku } = this;
    const { control, platform } = heroku;
    const schema = `case_${this.number}_${(this.cases += 1)}`;
    const name = schema.replaceAll('_', '-');
    const url = scenario.addOn ? undefined : await stage.databases.create(schema);
    const cache = scenario.cached ? await CaseCache.start(trial.cacheFaults) : undefined;
    const app = await this.#seed(name, url, scenario, cache?.configVars);
    const builder = scenario.buildApp ? await this.#seedBuilder(name, app) : undefined;
    Object.assign(app.settings, { buildMs: BUILD_MS, ...behaviour });
    const before = await control.app(name);
    control.changeAccount(EMAIL, { requestsLeft: 4_500 });
    control.clearRequests();
    const set = faults.map((fault) => control.addFault(fault));
    const state = join(stage.folder, name);
    const moments: Moments = { starts: [], restores: [], openings: [], flushes: [] };
    const unwatch = watch(heroku, app, moments, interferences, cache);
    const run = await this.#helper(name, state, scenario, program ?? stage.program);
    const atEnd = await control.app(name);
    const leftProcesses = processesWith(marker(name));
    const met = control.faults().reduce((sum, { applied }) => sum + applied, cache?.met ?? 0);
    for (const { id } of set) control.removeFault(id);
    const isQuiet = (): boolean =>
      app.builds.every(({ status }) => status !== 'pending') &&
      app.dynos.every(({ state, stopping }) => state !== 'starting' && !stopping) &&
      platform.transfers
        .of(app)
        .every(({ kind, finishedAt }) => kind === 'backup' || finishedAt !== undefined);
    const wasQuiet = isQuiet();
    await platform.changes.until(() => isQuiet() || undefined);
    unwatch();
    const observation = {
      app: name,
      ...run,
      result: await readJson(join(state, 'result.json')),
      journal: await readJson(join(state, 'journal.json')),
      before,
      atEnd,
      after: wasQuiet ? atEnd : await control.app(name),
      database: { before: stage.databases.before, after: await this.#read(app, schema) },
      databasePassword: new URL(app.configVars['DATABASE_URL'] ?? '').password,
      buildsElsewhere: builder === undefined ? [] : (await control.app(builder.name)).builds,
      requests: control.requests(),
      cache,
      met,
      leftProcesses,
      moments,
    };
    await this.#remove(app, state);
    await cache?.close();
    if (builder !== undefined) await platform.remove(builder);
    return observation;
  }

  /** An app that runs the commit before: built, released and scaled by the local Heroku itself. */
  async #seed(
    name: string,
    databaseUrl: string | undefined,
    { migration, returnFails }: Scenario,
    cacheVars: Readonly<Record<string, string>> = {},
  ) {
    const { stage, heroku } = this;
    const { platform, account } = heroku;
    const processTypes = returnFails
      ? { ...PROCESS_TYPES, release: `test -z "$${NO_RETURN}"` }
      : PROCESS_TYPES;
    const app = await platform.createApp(account, {
      name,
      configVars: {
        ...cacheVars,
        ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
        [MIGRATION_VARIABLE]: migration,
        [PSQL_VARIABLE]: stage.databases.psql,
      },
      settings: { buildMs: 0 },
    });
    if (databaseUrl === undefined) {
      await platform.databases.attach(app, account);
      await platform.databases.query(app, SCHEMA_BEFORE);
    }
    await writeRepository(stage, platform.gitServer?.repositoryOf(name) ?? '');
    const build = platform.builds.start(app, {
      account,
      sourceBlob: {
        url: platform.gitUrl(app),
        version: stage.commitBefore,
        versionDescription: null,
        checksum: null,
      },
      unpack: () => Promise.resolve({ directory: stage.slug, processTypes }),
    });
    await build.finished;
    // A release with a release phase is not current at once.
    await platform.changes.until(() => app.current.slug !== null || undefined);
    if (returnFails) app.configVars = { ...app.configVars, [NO_RETURN]: 'yes' };
    platform.scale(app, [{ type: 'worker', quantity: 2 }], account);
    await platform.changes.until(() => app.dynos.every(({ state }) => state === 'up') || undefined);
    return app;
  }

  /** An app without dynos and database, that is like the other one otherwise. */
  #seedBuilder(name: string, { configVars: { DATABASE_URL: _, ...configVars } }: App): Promise<App> {
    const { platform, account } = this.heroku;
    const settings = { buildMs: BUILD_MS };
    return platform.createApp(account, { name: buildAppOf(name), configVars, settings });
  }

  async #read(app: App, schema: string): Promise<DatabaseContent> {
    if (app.addOns.length === 0) return this.stage.databases.read(schema);
    const { databases } = this.heroku.platform;
    const end = performance.now() + HUNG_MS;
    for (;;) {
      try {
        return await readContent((sql, values) => databases.query(app, sql, values), 'public');
      } catch (error) {
        // A reset goes on whose asker has given up: it drops the database, and makes it anew.
        const isAway = error instanceof Error && /database "\w+" does not exist/.test(error.message);
        if (!isAway || performance.now() > end) throw error;
        await setTimeout(100);
      }
    }
  }

  async #remove(app: App, state: string): Promise<void> {
    // The slug of before is the stage's, and not the app's to remove.
    app.slugs.splice(0, 1);
    await this.heroku.platform.remove(app);
    await rm(state, { recursive: true, force: true });
  }

  async #helper(name: string, state: string, scenario: Scenario, program: string): Promise<HelperRun> {
    await mkdir(state, { recursive: true });
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: state,
      ...this.heroku.environment(),
      // Beside our own authority nobody's is needed, and git reads a hundred and more at every push.
      GIT_SSL_CAPATH: state,
      ...settingsOf({
        'app-name': name,
        revision: revisionOf(this.stage, scenario),
        'migrate-command': MIGRATE_COMMAND,
        ...(scenario.buildApp
          ? { 'build-app': buildAppOf(name), 'build-config-ignore': 'DATABASE_URL' }
          : {}),
        ...scenario.settings,
      }),
      HEROKU_CD_STATE_DIR: state,
      HEROKU_CD_TIME_LAPSE: String(scenario.lapse ?? LAPSE),
      ...Object.fromEntries([marker(name).split('=')]),
    };
    return this.host.run({ program, args: ['deploy'], environment, directory: this.stage.clone }, HUNG_MS);
  }
}

function buildAppOf(name: string): string {
  return `build-of-${name}`;
}

/** The commit that a scenario deploys. */
export function revisionOf(stage: Stage, { releasePhase, unhealthy }: Scenario): string {
  if (unhealthy === true) return stage.commitUnhealthy;
  return releasePhase === true ? stage.commitReleasing : stage.commit;
}

/** A variable by which the helper's own processes are known among all of this machine. */
function marker(name: string): string {
  return `HEROKU_CD_FAULT_CASE=${process.pid}-${name}`;
}

function settingsOf(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `HEROKU_CD_${name.toUpperCase().replaceAll('-', '_')}`,
      value,
    ]),
  );
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
