import { touch } from './apps.ts';
import type { Changes } from './changes.ts';
import { deferred } from './deferred.ts';
import type { Dynos } from './dynos.ts';
import { invalidParams, notFound } from './errors.ts';
import { followSlug } from './formation.ts';
import { newId } from './ids.ts';
import type { Account, App, Release, SlugRecord } from './model.ts';
import { OutputStream } from './output-stream.ts';
import type { ReleasePhase } from './release-phase.ts';

type ConfigVars = Readonly<Record<string, string>>;

/** Makes releases and brings them to their end (Dev Center: releases, release phase). */
export class Releases {
  readonly #settle = new WeakMap<Release, () => void>();

  constructor(
    private readonly changes: Changes,
    private readonly dynos: Dynos,
    private readonly phase: ReleasePhase,
  ) {}

  /** Finds a release by id or version. @throws PlatformError 404. */
  get(app: App, identity: string): Release {
    const version = /^v?(\d+)$/.exec(identity)?.[1];
    const found = app.releases.find(
      (release) => release.id === identity || String(release.version) === version,
    );
    if (!found) throw notFound('release');
    return found;
  }

  /** A release of a slug with today's config vars, such as a finished build or `POST /releases` makes. */
  deploy(app: App, account: Account, slug: SlugRecord, description?: string): Release {
    const text = description ?? `Deploy ${(slug.commit ?? slug.id).slice(0, 8)}`;
    // Another app's slug becomes one of this app's too.
    if (!app.slugs.includes(slug)) app.slugs.push(slug);
    return this.#create(app, account, text, slug, app.configVars);
  }

  /**
   * A release with the code and the config vars of an earlier one.
   * @throws PlatformError 404, or 422 for a release that never ran.
   */
  rollback(app: App, account: Account, identity: string): Release {
    const target = this.get(app, identity);
    if (!eligibleForRollback(target)) {
      throw invalidParams(`Cannot roll back to v${target.version}: it is not eligible for rollback.`);
    }
    return this.#create(app, account, `Rollback to v${target.version}`, target.slug, target.configVars);
  }

  /**
   * Sets and (with null) removes config vars: one release, or none when nothing differs.
   * @param description Of a change of add-ons, which is a release even where no config var differs.
   * @param byAddOn An add-on changes its own: the release command does not run (Dev Center: release phase).
   */
  configure(
    app: App,
    account: Account,
    wanted: Readonly<Record<string, string | null>>,
    description?: string,
    byAddOn = false,
  ): Release | undefined {
    const next = new Map(Object.entries(app.configVars));
    const set: string[] = [];
    const removed: string[] = [];
    for (const [name, value] of Object.entries(wanted)) {
      if (value === null) {
        if (next.delete(name)) removed.push(name);
      } else if (next.get(name) !== value) {
        next.set(name, value);
        set.push(name);
      }
    }
    const parts = [
      ...(set.length > 0 ? [`Set ${set.join(', ')}`] : []),
      ...(removed.length > 0 ? [`Remove ${removed.join(', ')}`] : []),
    ];
    if (parts.length === 0 && description === undefined) return undefined;
    const text = description ?? `${parts.join('; ')} config vars`;
    return this.#create(app, account, text, app.current.slug, Object.fromEntries(next), byAddOn);
  }

  /** Ends a pending release whose command never came to its end. */
  expire(app: App, release: Release): void {
    this.#finish(app, release, 'expired');
  }

  #create(
    app: App,
    account: Account,
    description: string,
    slug: SlugRecord | null,
    configVars: ConfigVars,
    withoutCommand = false,
  ): Release {
    const at = new Date();
    const { promise: settled, resolve } = deferred();
    const hasCommand = !withoutCommand && slug?.processTypes['release'] !== undefined;
    const release: Release = {
      id: newId(),
      version: (app.releases.at(-1)?.version ?? 0) + 1,
      description,
      status: 'pending',
      slug,
      configVars,
      addOnPlans: app.addOns.map(({ plan }) => plan.name),
      account,
      createdAt: at,
      updatedAt: at,
      output: hasCommand ? new OutputStream() : null,
      settled,
    };
    this.#settle.set(release, resolve);
    app.releases.push(release);
    app.log.append('app', 'api', `${description} by user ${account.email}`);
    app.log.append('app', 'api', `Release v${release.version} created by user ${account.email}`);
    app.configVars = configVars;
    touch(app);
    if (hasCommand) void this.#runCommand(app, release);
    else this.#finish(app, release, 'succeeded');
    this.changes.notify();
    return release;
  }

  async #runCommand(app: App, release: Release): Promise<void> {
    const succeeded = await this.phase.run(app, release);
    this.#finish(app, release, succeeded ? 'succeeded' : 'failed');
  }

  #finish(app: App, release: Release, status: 'succeeded' | 'failed' | 'expired'): void {
    if (release.status !== 'pending') return;
    release.status = status;
    release.updatedAt = new Date();
    // A slow release command must not put a release live that a newer one has overtaken.
    if (status === 'succeeded' && release.version > app.current.version && !app.deleted) {
      this.#goLive(app, release);
    }
    this.#settle.get(release)?.();
    this.changes.notify();
  }

  #goLive(app: App, release: Release): void {
    app.current = release;
    app.releasedAt = new Date();
    if (release.slug) {
      app.stack = release.slug.stack;
      followSlug(app, release.slug);
    }
    this.dynos.reconcile(app);
  }
}

/** The releases that `rollback` takes: those that ran, with code. */
export function eligibleForRollback(release: Release): boolean {
  return release.status === 'succeeded' && release.slug !== null;
}
