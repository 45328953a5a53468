import { Refusal } from '../errors.ts';
import type { Secret } from '../output/secret.ts';
import type {
  Account,
  App,
  AppDatabase,
  AttachedDyno,
  Attachment,
  Build,
  Collaborator,
  ConfigHashes,
  DatabaseAddOn,
  DatabaseFacts,
  Dyno,
  Heroku,
  LogFilter,
  LogStream,
  NewBuild,
  NewDyno,
  ProcessFormation,
  Release,
  RequestCounts,
  ScaleUpdate,
  Slug,
  Transfer,
} from '../ports/heroku.ts';
import type { Inspection } from '../ports/inspection.ts';
import type { SshKeys } from '../ports/ssh-keys.ts';
import { Api } from './api.ts';
import * as changes from './changes.ts';
import { HerokuApiError } from './heroku-api-error.ts';
import { inspectionOnDemand, more, sshKeysOnDemand } from './on-demand.ts';
import type { HerokuOptions } from './options.ts';
import { appPath } from './paths.ts';
import {
  accountShape,
  appShape,
  collaboratorShape,
  dynoShape,
  formationShape,
  releaseShape,
  slugShape,
  withName,
} from './shapes.ts';
import { parseSafeUrl } from './transport.ts';

const DEFAULTS = { requestTimeoutMs: 60_000, retryBudgetMs: 120_000, streamIdleMs: 120_000 };

/**
 * A client of Heroku's Platform API.
 * @throws Refusal when `baseUrl` is neither https nor this machine.
 */
export function createHeroku(options: HerokuOptions): HerokuClient {
  const url = parseSafeUrl(options.baseUrl);
  if (url === undefined) {
    throw new Refusal({
      what: 'The address of the Heroku API is neither https nor this machine.',
      next: 'Set HEROKU_HOST to a URL such as http://127.0.0.1:5055, or unset it.',
    });
  }
  const settings = { ...DEFAULTS, random: Math.random, signal: undefined, ...options, baseUrl: url.origin };
  return new HerokuClient(new Api(settings), settings.streamIdleMs, options.dataUrl ?? url.origin);
}

/** The one place that knows Heroku's wire. Printing it shows nothing of what it holds. */
export class HerokuClient implements Heroku {
  readonly #api: Api;
  /** The same connections and counts, at the data API's address. */
  readonly #data: Api;
  readonly #streamIdleMs: number;
  readonly inspection: Inspection;
  readonly sshKeys: SshKeys;

  constructor(api: Api, streamIdleMs: number, dataUrl: string) {
    this.#api = api;
    this.#data = new Api({ ...api.options, baseUrl: dataUrl }, api);
    this.#streamIdleMs = streamIdleMs;
    this.inspection = inspectionOnDemand(api);
    this.sshKeys = sshKeysOnDemand(api);
  }

  get requests(): RequestCounts {
    return this.#api.wire.requests;
  }

  /** Factor on the pause between polls: more than 1 where the API's rate limit is nearly used up. */
  get slowdown(): number {
    return this.#api.rateLimit.slowdown;
  }

  get unansweredAt(): number | undefined {
    return this.#api.unansweredAt;
  }

  /** The same client, its counts and connections included, under another signal, or under none. */
  withSignal(signal: AbortSignal | undefined): HerokuClient {
    const api = new Api({ ...this.#api.options, signal }, this.#api);
    return new HerokuClient(api, this.#streamIdleMs, this.#data.options.baseUrl);
  }

  /** Closes the connections that are kept open. The client can be used on; it makes new ones. */
  close(): void {
    this.#api.wire.close();
  }

  async account(): Promise<Account | undefined> {
    try {
      return await this.#api.call({ method: 'GET', path: '/account', answer: accountShape });
    } catch (error) {
      // A key of narrow scope may not read its account. Suspension and the second factor are 403 too.
      const narrow = error instanceof HerokuApiError && error.status === 403;
      if (narrow && error.id !== 'suspended' && error.id !== 'two_factor') return undefined;
      throw error;
    }
  }

  app(name: string): Promise<App> {
    return this.#api.call({ method: 'GET', path: appPath(name), answer: appShape, variant: 'sdk' });
  }

  collaborators(app: string): Promise<readonly Collaborator[]> {
    return this.#api.list(appPath(app, 'collaborators'), collaboratorShape);
  }

  formation(app: string): Promise<readonly ProcessFormation[]> {
    return this.#api.list(appPath(app, 'formation'), formationShape);
  }

  dynos(app: string): Promise<readonly Dyno[]> {
    return this.#api.list(appPath(app, 'dynos'), dynoShape);
  }

  setMaintenance(app: string, on: boolean): Promise<App> {
    return changes.setMaintenance(this.#api, app, on);
  }

  scale(app: string, updates: readonly ScaleUpdate[]): Promise<readonly ProcessFormation[]> {
    return changes.scale(this.#api, app, updates);
  }

  async dynoSizes(app: string): Promise<readonly string[]> {
    const path = appPath(app, 'available-dyno-sizes');
    return (await this.#api.list(path, withName)).map(({ name }) => name);
  }

  restartDynos(app: string): Promise<void> {
    return changes.restartDynos(this.#api, app);
  }

  async dyno(app: string, name: string): Promise<Dyno | undefined> {
    return (await more()).dynos.getDyno(this.#api, app, name);
  }

  async createDyno(app: string, dyno: NewDyno): Promise<AttachedDyno> {
    return (await more()).dynos.createDyno(this.#api, app, dyno);
  }

  async stopDyno(app: string, name: string): Promise<boolean> {
    return (await more()).dynos.stopDyno(this.#api, app, name);
  }

  async openLog(
    app: string,
    filter: LogFilter,
    onLine: (line: string) => void,
    options: { signal?: AbortSignal } = {},
  ): Promise<LogStream> {
    return (await more()).openLog(this.#api, app, filter, onLine, options.signal);
  }

  setFeature(app: string, feature: string, enabled: boolean): Promise<void> {
    return changes.setFeature(this.#api, app, feature, enabled);
  }

  featureEnabled(app: string, feature: string): Promise<boolean | undefined> {
    return changes.featureEnabled(this.#api, app, feature);
  }

  async releases(app: string, options: { max?: number } = {}): Promise<readonly Release[]> {
    return (await more()).releases.listReleases(this.#api, app, options.max);
  }

  release(app: string, id: string): Promise<Release> {
    return this.#api.call({ method: 'GET', path: appPath(app, 'releases', id), answer: releaseShape });
  }

  async currentRelease(app: string): Promise<Release | undefined> {
    return (await more()).releases.findCurrentRelease(this.#api, app);
  }

  async createRelease(
    app: string,
    release: { slugId: string; description: string; rollbackTo?: string },
  ): Promise<Release> {
    return (await more()).releases.createRelease(this.#api, app, release, () => this.#email());
  }

  async configVars(app: string, release?: string): Promise<ConfigHashes> {
    return (await more()).configVars.hashConfigVars(this.#api, app, release);
  }

  async configValues(app: string, wanted: RegExp): Promise<ReadonlyMap<string, Secret>> {
    return (await more()).configVars.readConfigVars(this.#api, app, wanted);
  }

  async setConfigVars(app: string, wanted: Readonly<Record<string, string | null>>): Promise<void> {
    return (await more()).configVars.setConfigVars(this.#api, app, wanted);
  }

  async buildpacks(app: string): Promise<readonly string[]> {
    return (await more()).configVars.listBuildpacks(this.#api, app);
  }

  async addOnVars(app: string): Promise<ReadonlyMap<string, readonly string[]>> {
    return (await more()).configVars.listAddOnVars(this.#api, app);
  }

  slug(app: string, id: string): Promise<Slug> {
    return this.#api.call({ method: 'GET', path: appPath(app, 'slugs', id), answer: slugShape });
  }

  async builds(app: string): Promise<readonly Build[]> {
    return (await more()).builds.listBuilds(this.#api, app);
  }

  async build(app: string, id: string): Promise<Build> {
    return (await more()).builds.getBuild(this.#api, app, id);
  }

  async cancelBuild(app: string, id: string): Promise<boolean> {
    return (await more()).builds.cancelBuild(this.#api, app, id);
  }

  async uploadSource(tarball: { file: string; bytes: number }): Promise<string> {
    return (await more()).uploadSource(this.#api, tarball);
  }

  async createBuild(app: string, build: NewBuild): Promise<Build> {
    return (await more()).builds.createBuild(this.#api, app, build, () => this.#email());
  }

  async database(app: string): Promise<AppDatabase> {
    return (await more()).databases.findDatabase(this.#api, app);
  }

  async attachments(addOn: string): Promise<readonly Attachment[]> {
    return (await more()).databases.listAttachments(this.#api, addOn);
  }

  async databaseFacts(addOn: string): Promise<DatabaseFacts> {
    return (await more()).databases.getFacts(this.#data, addOn);
  }

  async transfers(app: string): Promise<readonly Transfer[]> {
    return (await more()).databases.listTransfers(this.#data, app);
  }

  async transfer(app: string, id: string, options: { log?: boolean } = {}): Promise<Transfer> {
    return (await more()).databases.getTransfer(this.#data, app, id, options.log === true);
  }

  async captureBackup(database: DatabaseAddOn, names: readonly string[]): Promise<Transfer> {
    return (await more()).databases.captureBackup(this.#data, database, names);
  }

  async restoreBackup(database: DatabaseAddOn, url: Secret): Promise<Transfer> {
    return (await more()).databases.restoreBackup(this.#data, database, url);
  }

  async cancelTransfer(app: string, id: string): Promise<void> {
    return (await more()).databases.cancelTransfer(this.#data, app, id);
  }

  async endSessions(addOn: string): Promise<void> {
    return (await more()).databases.endSessions(this.#data, addOn);
  }

  async resetDatabase(addOn: string): Promise<void> {
    return (await more()).databases.resetDatabase(this.#data, addOn);
  }

  async streamOutput(
    url: string,
    onLine: (line: string) => void,
    options: { signal?: AbortSignal } = {},
  ): Promise<boolean> {
    const { clock, log, userAgent, signal } = this.#api.options;
    const own = { wire: this.#api.wire, clock, log, userAgent, idleMs: this.#streamIdleMs };
    return (await more()).followOutput(url, onLine, { ...own, signals: [signal, options.signal] });
  }

  async #email(): Promise<string | undefined> {
    return (await this.account())?.email;
  }
}
