import type { Journal } from './journal.ts';

/** From here on the database may have been changed; an earlier stage is noted again once it is as it was. */
const MIGRATING: readonly Journal['stage'][] = ['migrating', 'migrated', 'restoring'];

/** The version of the latest release with which a run migrated or may have, this one or one before it; else 0. */
export function lastMigration(
  journal: Pick<Journal, 'stage' | 'migratedRelease' | 'migratedBefore'>,
): number {
  const own = MIGRATING.includes(journal.stage) ? journal.migratedRelease : undefined;
  return own ?? journal.migratedBefore ?? 0;
}
