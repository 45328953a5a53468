import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkApp } from '../../../../src/helper/deployment/check-app.ts';
import type { Preflight, Run } from '../../../../src/helper/deployment/deploy-state.ts';
import type { AppFacts } from '../../../../src/helper/deployment/facts.ts';
import { Findings } from '../../../../src/helper/deployment/findings.ts';
import { PhaseRunner } from '../../../../src/helper/deployment/phases.ts';
import type { StateStore } from '../../../../src/helper/deployment/ports.ts';
import { prepareJournal } from '../../../../src/helper/deployment/prepare-journal.ts';
import { UndoStack } from '../../../../src/helper/deployment/undo-stack.ts';
import { createGit } from '../../../../src/helper/git/create-git.ts';
import { createHeroku, type HerokuClient } from '../../../../src/helper/heroku/index.ts';
import type { JournalKeeper } from '../../../../src/helper/journal/keeper.ts';
import { Secret } from '../../../../src/helper/output/secret.ts';
import type { Clock } from '../../../../src/helper/ports/clock.ts';
import { readSettings, type Flags } from '../../../../src/helper/settings/read-settings.ts';
import { Budget } from '../../../../src/helper/time/budget.ts';
import { createClock } from '../../../../src/helper/time/time-lapse.ts';
import { openWindow } from '../../../../src/helper/window/open.ts';
import type { Window } from '../../../../src/helper/window/window.ts';
import type { AppView } from '../../../../src/simulator/index.ts';
import type { App, AppSettings, Release } from '../../../../src/simulator/platform/model.ts';
import { RecordingLog } from '../../../support/recording-log.ts';
import { TestHeroku } from '../../../simulator/support/local.ts';

/** Minutes of waiting pass in seconds, and real processes have time to start and stop all the same. */
const TIME_LAPSE = 20;

/** Runs as fast as the others, until from some point on no wait takes any time but by this clock. */
export class SkippingClock implements Clock {
  readonly #clock = createClock(TIME_LAPSE);
  #skipped: number | undefined;

  skipWaits(): void {
    this.#skipped = 0;
  }

  now(): number {
    return this.#clock.now() + (this.#skipped ?? 0);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#skipped === undefined) return this.#clock.sleep(ms, signal);
    signal?.throwIfAborted();
    this.#skipped += ms;
    // One turn of the event loop, as any real sleep gives to I/O.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const FILES: Readonly<Record<string, string>> = {
  'web.js': "require('node:http').createServer((q, a) => a.end('here')).listen(process.env.PORT);\n",
  // Up, and gone soon after: as a web process does that cannot reach what it needs.
  'crash.js': `require('node:http').createServer((q, a) => a.end('here')).listen(process.env.PORT);
setTimeout(() => process.exit(1), Number(process.env.CRASH_AFTER_MS ?? 60));\n`,
  // The first web dyno is well, the others crash.
  'half.js': `if (process.env.DYNO !== 'web.1') process.exit(1);
require('node:http').createServer((q, a) => a.end('here')).listen(process.env.PORT);\n`,
};

export const WEB = 'node web.js';
export const SLEEP = 'exec sleep 600';

/** A local Heroku for one test file; every test makes an app of its own on it. */
export class WindowWorld {
  readonly #clients: HerokuClient[] = [];
  readonly #runs: Window[] = [];

  private constructor(readonly test: TestHeroku) {}

  static async start(): Promise<WindowWorld> {
    return new WindowWorld(await TestHeroku.start({ settings: { stopGraceMs: 2_000 } }));
  }

  get control(): TestHeroku['heroku']['control'] {
    return this.test.heroku.control;
  }

  /** An app that runs process types, each with its quantity; resolves when its web dynos are up. */
  async app(
    processTypes: Readonly<Record<string, string>> = { web: WEB, worker: SLEEP },
    formation: Readonly<Record<string, number>> = { web: 1, worker: 2 },
    settings: Partial<AppSettings> = {},
  ): Promise<TestApp> {
    const name = `shop-${randomUUID().slice(0, 8)}`;
    await this.control.createApp({ name, settings });
    const app = new TestApp(this, this.test.app(name));
    await app.release(processTypes);
    await this.control.act(name, { action: 'scale', formation });
    await app.untilAllUp();
    return app;
  }

  /** A run of `deploy` against an app, as far as a window needs it. */
  run(
    app: string,
    flags: Flags = {},
    pace: number | Clock = TIME_LAPSE,
    { signal }: { readonly signal: AbortSignal } = new AbortController(),
  ): TestRun {
    const log = new RecordingLog();
    const clock = typeof pace === 'number' ? createClock(pace) : pace;
    const apiKey = new Secret(this.test.key);
    const client = createHeroku({
      baseUrl: this.test.heroku.urls.api,
      apiKey,
      userAgent: 'heroku-cd/test',
      clock,
      log,
      random: () => 1,
      requestTimeoutMs: 5_000,
      retryBudgetMs: 10_000,
      signal,
    });
    this.#clients.push(client);
    const settings = readSettings('deploy', { 'app-name': app, revision: 'HEAD', ...flags }, {});
    return {
      log,
      ports: {
        heroku: client,
        closingHeroku: client.withSignal(undefined),
        git: createGit({ directory: __dirname, environment: {}, log }),
        clock,
        log,
        store: memoryStore(),
        environment: {},
        apiKey,
        gitBase: this.test.heroku.urls.git,
        signal,
      },
      settings,
      budget: new Budget(clock, settings.deadline),
      undo: new UndoStack(),
      phases: new PhaseRunner(clock, log),
      push: true,
      ...{ openOnly: false },
      half: 'whole',
    };
  }

  /** Looks as preflight does, and writes the journal. */
  async prepare(
    run: TestRun,
    more: Partial<Preflight> = {},
  ): Promise<{ facts: AppFacts; journal: JournalKeeper }> {
    const facts = await checkApp(run.ports.heroku, run.settings, undefined, new Findings());
    const before: Preflight = {
      app: facts,
      clone: { commit: 'c'.repeat(40), kind: 'full' },
      shipping: { kind: 'push' },
      migrates: true,
      window: true,
      held: undefined,
      prepared: undefined,
      ...more,
    };
    return { facts, journal: await prepareJournal(run, before) };
  }

  /** Opens a window, as a deployment does. */
  async open(run: TestRun): Promise<Window> {
    const { facts, journal } = await this.prepare(run);
    const window = await openWindow(run, facts, journal);
    this.#runs.push(window);
    return window;
  }

  /** For a window that a test opens by itself: its guard is closed with the world. */
  willClose(window: Window): void {
    this.#runs.push(window);
  }

  async close(): Promise<void> {
    for (const window of this.#runs) window.guard?.close();
    for (const client of this.#clients) client.close();
    await this.test.close();
  }
}

export interface TestRun extends Run {
  readonly log: RecordingLog;
}

/** One app and what others do to it. */
export class TestApp {
  constructor(
    private readonly world: WindowWorld,
    readonly app: App,
  ) {}

  get name(): string {
    return this.app.name;
  }

  /** Releases code with these process types, as a finished build does. */
  async release(processTypes: Readonly<Record<string, string>>): Promise<Release> {
    const id = randomUUID();
    const directory = join(this.world.test.heroku.dataDirectory, `code-${id}`);
    await mkdir(directory, { recursive: true });
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(directory, name), text);
    const { platform, account } = this.world.test.heroku;
    const slug = {
      id,
      directory,
      processTypes,
      commit: id.replaceAll('-', '').padEnd(40, '0'),
      size: 1,
      stack: this.app.stack,
      createdAt: new Date(),
    };
    this.app.slugs.push(slug);
    return platform.releases.deploy(this.app, account, slug);
  }

  act(
    ...action: Parameters<WindowWorld['control']['act']> extends [string, infer A] ? [A] : never
  ): Promise<AppView> {
    return this.world.control.act(this.name, ...action);
  }

  async untilAllUp(): Promise<void> {
    await this.world.test.until(() =>
      this.app.formation.every(
        ({ type, quantity }) =>
          this.app.dynos.filter((dyno) => dyno.type === type && !dyno.replaced && dyno.state !== 'starting')
            .length === quantity,
      ),
    );
  }

  /** Type, quantity and size of every process type. */
  get formation(): readonly string[] {
    return this.app.formation.map(({ type, quantity, size }) => `${type}=${quantity}:${size}`);
  }

  quantity(type: string): number | undefined {
    return this.app.formation.find((one) => one.type === type)?.quantity;
  }

  /** Names of the dynos of a type that the API lists. */
  dynos(type: string): readonly string[] {
    return this.app.dynos.filter((dyno) => dyno.type === type && !dyno.replaced).map(({ name }) => name);
  }

  /** How often the API was asked about it. */
  get looks(): number {
    return this.world.control
      .requests({ app: this.name, surface: 'api' })
      .filter(({ method }) => method === 'GET').length;
  }

  /** Changing requests in the order in which they came, such as `PATCH /apps/shop/formation`. */
  get changes(): readonly string[] {
    return this.world.control
      .requests({ app: this.name, surface: 'api' })
      .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/log-sessions'))
      .map(({ method, path }) => `${method} ${path.replace(`/apps/${this.name}`, '') || '/'}`);
  }
}

function memoryStore(): StateStore {
  const files = new Map<string, string>();
  return {
    directory: '/nowhere',
    prepare: () => Promise.resolve(),
    own: () => Promise.resolve(),
    write: (name, content) => {
      files.set(name, JSON.stringify(content));
      return Promise.resolve(name);
    },
    read: (name) => {
      const text = files.get(name);
      return Promise.resolve(text === undefined ? undefined : (JSON.parse(text) as unknown));
    },
  };
}

/** Waits for what requests bring about: the platform tells of its own changes alone. */
export async function untilAsked(isTrue: () => boolean): Promise<void> {
  for (let looks = 0; !isTrue(); looks += 1) {
    if (looks > 2_000) throw new Error('Nobody has asked for it.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What a promise is rejected with; fails the test where it is not. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    (value) => {
      throw new Error(`Expected a rejection, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error as Error,
  );
}
