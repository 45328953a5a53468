import { join } from 'node:path';
import type { GitServer, ProcessHost, Route, SlugStore } from '../parts.ts';
import type { PostgresServer } from '../postgres/types.ts';
import { Accounts } from './accounts.ts';
import { AddOns } from './add-ons/index.ts';
import type { AppOptions } from './apps.ts';
import { Apps } from './apps.ts';
import { Builds } from './builds.ts';
import { Changes } from './changes.ts';
import { Databases } from './databases.ts';
import { Dynos } from './dynos.ts';
import { findFeature, refusePreboot } from './features.ts';
import type { FormationUpdate } from './formation.ts';
import { scaleFormation } from './formation.ts';
import { GitPushes } from './git-pushes.ts';
import { LogSessions } from './log-sessions.ts';
import type { Account, App, AppSettings, FormationEntry } from './model.ts';
import { OneOffs } from './one-offs/index.ts';
import { ReleasePhase } from './release-phase.ts';
import { Releases } from './releases.ts';
import { Sources } from './sources.ts';
import { DumpStorage, Transfers } from './transfers/index.ts';

/** Where the servers of this local Heroku listen. */
export interface Addresses {
  /** Base of the API and of everything on its port, without a trailing slash. */
  readonly api: string;
  /** Base of git over https, without a trailing slash. */
  readonly git: string;
  /** Base of the router, without a trailing slash. */
  readonly router: string;
  /** Base of the addresses for attaching to one-off dynos, `rendezvous://…`, without a trailing slash. */
  readonly rendezvous: string;
}

export interface PlatformOptions {
  /** Folder for uploads. */
  readonly dataDirectory: string;
  readonly processes: ProcessHost;
  readonly slugs: SlugStore;
  /** The server of the apps' databases; not called before one of them wants a database. */
  readonly postgres: () => Promise<PostgresServer>;
  /** Called whenever an address is needed, because ports are known only once the servers listen. */
  readonly addresses: () => Addresses;
  readonly settings?: Partial<AppSettings>;
  /** For each app and account (Heroku: 75; Dev Center: limits). */
  readonly gitRequestsPerHour?: number;
}

/** An app to make, and what goes with it. */
export interface NewAppOptions extends AppOptions {
  /** Gives it a Postgres database of its own, with `DATABASE_URL` set. */
  readonly postgres?: boolean | undefined;
}

/** What an app says of where and how it runs. */
export type AppDescription = Pick<
  App,
  'stack' | 'buildStack' | 'generation' | 'region' | 'space' | 'buildpacks'
>;

/** The whole state of the local Heroku and the rules by which it changes. */
export class Platform {
  readonly changes = new Changes();
  readonly accounts = new Accounts();
  readonly apps: Apps;
  readonly dynos: Dynos;
  readonly oneOffs: OneOffs;
  readonly logSessions = new LogSessions();
  readonly releases: Releases;
  readonly addOns: AddOns;
  readonly databases: Databases;
  readonly transfers: Transfers;
  readonly builds: Builds;
  readonly sources: Sources;
  readonly git: GitPushes;
  readonly slugs: SlugStore;
  /** Set as soon as it exists: the git server needs the platform first. */
  gitServer: GitServer | undefined;
  readonly #phase: ReleasePhase;
  readonly #addresses: () => Addresses;

  constructor(options: PlatformOptions) {
    this.#addresses = options.addresses;
    this.slugs = options.slugs;
    this.apps = new Apps(this.changes, options.settings);
    this.dynos = new Dynos(options.processes, this.changes);
    this.oneOffs = new OneOffs(options.processes, this.changes, () => this.addresses.rendezvous);
    this.#phase = new ReleasePhase(options.processes, this.changes);
    this.releases = new Releases(this.changes, this.dynos, this.#phase);
    this.addOns = new AddOns(options.postgres, this.releases, this.changes, (addOn) =>
      this.transfers.stop(addOn),
    );
    this.databases = new Databases(options.postgres, this.addOns);
    this.transfers = new Transfers(
      new DumpStorage(join(options.dataDirectory, 'backups'), () => this.addresses.api),
      (addOn) => this.addOns.attachments.ofAddOn(addOn),
      this.changes,
    );
    this.builds = new Builds(this.changes, this.releases, (app) => this.webUrl(app));
    this.sources = new Sources(join(options.dataDirectory, 'sources'));
    this.git = new GitPushes(this.accounts, this.apps, this.builds, options.slugs, {
      requestsPerHour: options.gitRequestsPerHour ?? 75,
      gitUrl: (app) => this.gitUrl(app),
    });
  }

  get addresses(): Addresses {
    return this.#addresses();
  }

  /** The app's address at the local router. */
  webUrl(app: App): string {
    return `${this.addresses.router}/_app/${app.name}/`;
  }

  gitUrl(app: App): string {
    return `${this.addresses.git}/${app.name}.git`;
  }

  /** What the router has to know for one request; undefined for an unknown app. */
  routeOf(name: string): Route | undefined {
    const app = this.apps.find(name);
    return (
      app && {
        maintenance: app.maintenance,
        webPorts: this.dynos.webPorts(app),
        maintenancePage: app.configVars['MAINTENANCE_PAGE_URL'],
        errorPage: app.configVars['ERROR_PAGE_URL'],
      }
    );
  }

  /** Changes the formation and starts and stops dynos accordingly. @throws PlatformError 404, 422. */
  scale(app: App, updates: readonly FormationUpdate[], by: Account): FormationEntry[] {
    const entries = scaleFormation(app, updates);
    const scale = entries.map(({ type, quantity, size }) => `${type}@${quantity}:${size}`).join(' ');
    app.log.append('app', 'api', `Scaled to ${scale} by user ${by.email}`);
    this.dynos.reconcile(app);
    return entries;
  }

  setMaintenance(app: App, maintenance: boolean): void {
    app.maintenance = maintenance;
    app.updatedAt = new Date();
    this.changes.notify();
  }

  /** Makes the app say something else of where and how it runs; its dynos stay as they are. */
  describeApp(app: App, description: Partial<AppDescription>): void {
    Object.assign(app, description, { updatedAt: new Date() });
    this.changes.notify();
  }

  /** Switches an app feature such as preboot. @throws PlatformError 404, or 422 where the app cannot have it. */
  setFeature(app: App, identity: string, enabled: boolean): void {
    const now = new Date();
    const feature = findFeature(app, identity);
    if (enabled && feature.name === 'preboot') refusePreboot(app);
    Object.assign(feature, { enabled, updatedAt: now });
    app.updatedAt = now;
    this.changes.notify();
  }

  /** Makes an app, with a database and its `DATABASE_URL` where it is to have one. @throws PlatformError 422. */
  async createApp(owner: Account, { postgres, ...options }: NewAppOptions = {}): Promise<App> {
    // First, so that there is no app where there is no Postgres.
    if (postgres) await this.databases.start();
    const app = this.apps.create(owner, options);
    if (postgres) await this.databases.attach(app, owner);
    return app;
  }

  async rename(app: App, name: string): Promise<void> {
    await this.apps.rename(app, name, (each) => this.#repositoryOf(each));
  }

  /** Stops the app's dynos and build, and forgets it. */
  async remove(app: App): Promise<void> {
    const build = this.builds.pending(app);
    if (build) await this.builds.cancel(build);
    app.deleted = true;
    await this.dynos.stopAll(app);
    await this.addOns.leave(app);
    await this.transfers.forget(app);
    await this.apps.remove(app, this.#repositoryOf(app.name));
  }

  /** Ends everything that waits. Processes are the host's to end. */
  async close(): Promise<void> {
    this.#phase.close();
    this.dynos.close();
    this.oneOffs.close();
    await this.builds.close();
    await this.transfers.close();
  }

  #repositoryOf(name: string): string {
    if (!this.gitServer) throw new Error('The git server has not been made yet.');
    return this.gitServer.repositoryOf(name);
  }
}
