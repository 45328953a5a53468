import { rename, rm } from 'node:fs/promises';
import type { Caller } from './accounts.ts';
import { AppLog } from './app-log.ts';
import type { Changes } from './changes.ts';
import { forbidden, invalidParams, notFound } from './errors.ts';
import { newFeatures } from './features.ts';
import { newId } from './ids.ts';
import type { Account, App, AppSettings, Permission, Release } from './model.ts';
import { permissions } from './model.ts';

/** Dev Center: app names; the pattern is the Platform API schema's. */
const namePattern = /^[a-z][a-z0-9-]{1,28}[a-z0-9]$/;

/** The behaviour of an app nobody has set anything for: as quick as it can be. */
export const defaultSettings: AppSettings = {
  buildMs: 0,
  buildResult: 'succeed',
  buildCommand: '',
  buildOutput: [],
  startDelayMs: 0,
  stopDelayMs: 0,
  stopGraceMs: 30_000,
  prebootOverlapMs: 0,
  bootTimeoutMs: 60_000,
  crashRestartMs: null,
  attachTimeoutMs: 30_000,
  attachIdleMs: 3_600_000,
  logDelayMs: 0,
  releaseStartDelayMs: 0,
  releaseResult: 'as-command',
  transferDelayMs: 0,
  backupMs: 0,
  restoreMs: 0,
  backupResult: 'succeed',
  restoreResult: 'succeed',
  whileTransferring: 'refuse',
  publicUrlMs: 3_600_000,
};

/** An app to make; see {@link Apps.create}. */
export interface AppOptions {
  /** Made up where it is missing. */
  readonly name?: string;
  readonly region?: 'us' | 'eu';
  readonly stack?: string;
  readonly settings?: Partial<AppSettings>;
  readonly configVars?: Readonly<Record<string, string>>;
}

/** The platform's apps: making, finding, renaming and deleting them, and who may do what with them. */
export class Apps {
  readonly #apps: App[] = [];

  constructor(
    private readonly changes: Changes,
    private readonly defaults: Partial<AppSettings> = {},
  ) {}

  get all(): readonly App[] {
    return this.#apps;
  }

  /** @throws PlatformError 422 for a name that is malformed or taken. */
  create(owner: Account, options: AppOptions = {}): App {
    const name = options.name ?? `local-app-${newId().slice(0, 8)}`;
    this.#checkName(name);
    const at = new Date();
    const configVars = { ...options.configVars };
    const initial = firstRelease(owner, 1, 'Initial release', configVars, at);
    const app: App = {
      id: newId(),
      name,
      stack: options.stack ?? 'heroku-24',
      buildStack: options.stack ?? 'heroku-24',
      generation: options.stack === 'cnb' ? 'fir' : 'cedar',
      region: options.region ?? 'us',
      space: null,
      buildpacks: [],
      addOns: [],
      owner,
      maintenance: false,
      configVars,
      collaborators: [{ id: newId(), account: owner, permissions, createdAt: at, updatedAt: at }],
      features: newFeatures(at),
      formation: [],
      dynos: [],
      // Heroku makes two releases by itself, so that the first deployment becomes v3.
      releases: [initial, firstRelease(owner, 2, 'Enable Logplex', configVars, at)],
      current: initial,
      slugs: [],
      builds: [],
      settings: { ...defaultSettings, ...this.defaults, ...options.settings },
      log: new AppLog(),
      createdAt: at,
      updatedAt: at,
      releasedAt: at,
      deleted: false,
    };
    app.current = app.releases[1] ?? initial;
    this.#apps.push(app);
    this.changes.notify();
    return app;
  }

  /** Finds an app by name or id, whoever asks. */
  find(identity: string): App | undefined {
    return this.#apps.find((app) => app.name === identity || app.id === identity);
  }

  /** @throws PlatformError 404. */
  get(identity: string): App {
    const app = this.find(identity);
    if (!app) throw notFound('app');
    return app;
  }

  /**
   * The app for a caller who needs a permission on it. An app that the caller may not see is not told
   * apart from one that does not exist.
   * @throws PlatformError 404 or 403.
   */
  forCaller(caller: Caller, identity: string, permission: Permission): App {
    const app = this.get(identity);
    const held = permissionsOf(app, caller.account);
    if (!held.includes('view')) throw notFound('app');
    if (!held.includes(permission)) {
      throw forbidden(`You need the permission ${permission} on the app ${app.name} to do this.`);
    }
    return app;
  }

  visibleTo(account: Account): App[] {
    return this.#apps.filter((app) => permissionsOf(app, account).includes('view'));
  }

  /** Gives the app another name; its repository moves along. */
  async rename(app: App, name: string, repositoryOf: (name: string) => string): Promise<void> {
    if (name === app.name) return;
    this.#checkName(name);
    await rename(repositoryOf(app.name), repositoryOf(name)).catch((error: NodeJS.ErrnoException) => {
      // Nothing was ever pushed, so there is no repository yet.
      if (error.code !== 'ENOENT') throw error;
    });
    app.name = name;
    touch(app);
    this.changes.notify();
  }

  /** Forgets the app, its repository and its slugs. Its dynos must have been stopped. */
  async remove(app: App, repository: string): Promise<void> {
    app.deleted = true;
    this.#apps.splice(this.#apps.indexOf(app), 1);
    await rm(repository, { recursive: true, force: true });
    // A slug may have been released on other apps too.
    const kept = new Set(this.#apps.flatMap(({ slugs }) => slugs));
    for (const slug of app.slugs) {
      if (!kept.has(slug)) await rm(slug.directory, { recursive: true, force: true });
    }
    this.changes.notify();
  }

  #checkName(name: string): void {
    if (!namePattern.test(name)) {
      throw invalidParams(
        'Name must start with a letter, end with a letter or digit and can only contain lowercase letters, digits, and dashes.',
      );
    }
    if (this.find(name)) throw invalidParams(`Name ${name} is already taken`);
  }
}

/** What the account may do with the app; nothing where it is no collaborator. */
export function permissionsOf(app: App, account: Account): readonly Permission[] {
  return app.collaborators.find((collaborator) => collaborator.account === account)?.permissions ?? [];
}

export function touch(app: App): void {
  app.updatedAt = new Date();
}

function firstRelease(
  account: Account,
  version: number,
  description: string,
  configVars: Readonly<Record<string, string>>,
  at: Date,
): Release {
  return {
    id: newId(),
    version,
    description,
    status: 'succeeded',
    slug: null,
    configVars,
    addOnPlans: [],
    account,
    createdAt: at,
    updatedAt: at,
    output: null,
    settled: Promise.resolve(),
  };
}
