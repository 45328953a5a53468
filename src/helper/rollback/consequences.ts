import { Refusal } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { lastMigration } from '../journal/last-migration.ts';
import type { Heroku, Release } from '../ports/heroku.ts';
import type { Target } from './target.ts';

/** Names of config vars that differ between today and the release to go back to. */
export interface ConfigChanges {
  /** Set to what they were then. */
  readonly changed: readonly string[];
  /** Set again, though they are not set today. */
  readonly added: readonly string[];
  /** Not set any more. */
  readonly removed: readonly string[];
}

/**
 * What Heroku's own rollback would do to the config vars.
 * @throws Refusal where the key may not read them.
 */
export async function configChanges(
  heroku: Heroku,
  app: string,
  { release }: Target,
): Promise<ConfigChanges> {
  let today: ReadonlyMap<string, string>;
  let then: ReadonlyMap<string, string>;
  try {
    [today, then] = await Promise.all([heroku.configVars(app), heroku.configVars(app, release.id)]);
  } catch (error) {
    if (!(error instanceof Refusal) && !isForbidden(error)) throw error;
    throw new Refusal({
      what: `keep-config: which config vars of ${app} a rollback would bring back cannot be read.`,
      why: 'Heroku’s rollback brings back those of that release, and this key may not read config vars.',
      next: 'Set `keep-config: true`, or use a key of scope `global` or `read-protected`.',
      parameter: 'keep-config',
      cause: error,
    });
  }
  const names = [...new Set([...today.keys(), ...then.keys()])].sort();
  return {
    changed: names.filter((one) => today.has(one) && then.has(one) && today.get(one) !== then.get(one)),
    added: names.filter((one) => !today.has(one)),
    removed: names.filter((one) => !then.has(one)),
  };
}

function isForbidden(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status' in error && error.status === 403;
}

/** One line; names only. */
export function describeConfig({ changed, added, removed }: ConfigChanges, version: number): string {
  const parts = [
    ...(changed.length > 0 ? [`set to what they were: ${changed.join(', ')}`] : []),
    ...(added.length > 0 ? [`set again: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed: ${removed.join(', ')}`] : []),
  ];
  return parts.length === 0
    ? `The config vars of v${version} are those of today.`
    : `Heroku’s rollback brings back the config vars of v${version}: ${parts.join('; ')}. \`keep-config\` keeps those of today.`;
}

/** What is known of migrations since a release. */
export interface Migrations {
  /** One that ran, or may have run, as a sentence's beginning. */
  readonly ran?: string;
  /** What nobody here can know. */
  readonly unknown?: string;
}

/**
 * Whether the database was migrated after the target was released: by the release phase of code that came
 * later, or by a `migrate-command`, which only the journal of the runs that did it knows.
 */
export async function migrationsSince(
  heroku: Heroku,
  app: string,
  {
    releases,
    target,
    journal,
  }: { releases: readonly Release[]; target: Target; journal: Journal | undefined },
): Promise<Migrations> {
  const { version } = target.release;
  const migrated = journal === undefined ? 0 : lastMigration(journal);
  if (migrated > version) return { ran: `The deployment of v${migrated} migrated the database` };
  const older = new Set(releases.filter((one) => one.version <= version).map(({ slugId }) => slugId));
  for (const release of releases) {
    if (release.version <= version || release.slugId === undefined || older.has(release.slugId)) continue;
    older.add(release.slugId);
    const slug = await heroku.slug(app, release.slugId);
    if (slug.processTypes['release'] === undefined) continue;
    return {
      ran: `The release phase of v${release.version} (${release.status}) may have migrated the database`,
    };
  }
  return journal === undefined
    ? {
        unknown: `No release since v${version} has a release phase; whether a \`migrate-command\` ran since is not known here, because no journal of an earlier run is.`,
      }
    : {};
}

/** @throws Refusal unless the migration is said to fit the code from before. */
export function requireNoMigration(app: string, { release }: Target, { ran }: Migrations): void {
  if (ran === undefined) return;
  throw new Refusal({
    what: `migration-is-backward-compatible: between v${release.version} and today ${app} was migrated.`,
    why: `${ran}, and the code of v${release.version} may not fit it any more. Nothing was changed.`,
    next: 'Set `migration-is-backward-compatible: true` where that code runs on today’s schema; else restore a backup first.',
    parameter: 'migration-is-backward-compatible',
  });
}
