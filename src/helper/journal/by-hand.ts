import type { App, ProcessFormation, ScaleUpdate } from '../ports/heroku.ts';
import type { Journal } from './journal.ts';
import { lastMigration } from './last-migration.ts';

/** A window that somebody opened to work in it: it stays open whatever runs meanwhile, until it is closed by hand. */
export const OPENED_BY_HAND = {
  status: 'held',
  stage: 'window',
  byHand: true,
  continues: false,
  migrates: false,
  reason: 'It was opened by hand (`window open`), and `window close` closes it.',
} as const satisfies Partial<Journal>;

/** What a run writes that leaves nothing behind it: it closes its own window, and not the one that it ran in. */
export function endOf(journal: Journal): Partial<Journal> {
  if (!journal.byHand) return { status: 'closed' };
  // What it says of its own migration is gone with its stage.
  const unproven = journal.migrates && journal.stage === 'migrating';
  return {
    ...OPENED_BY_HAND,
    migratedBefore: lastMigration(journal),
    phaseUnproven: false,
    ...(unproven ? { stillPending: true } : {}),
  };
}

/**
 * A window as a person describes it, where no journal tells: in what quantities its process types are to be.
 * Sizes are those of now: a stopped type can be given another one, and keeps it.
 */
export function journalFromFormation(
  app: Pick<App, 'id' | 'name'>,
  types: readonly ScaleUpdate[],
  live: readonly ProcessFormation[],
): Journal {
  const sizeNow = (type: string): string => live.find((one) => one.type === type)?.size ?? '';
  const formation = types.map(({ type, quantity }) => ({ type, quantity, size: sizeNow(type) }));
  return {
    schemaVersion: 1,
    run: 'none',
    app: { id: app.id, name: app.name },
    writtenAt: '',
    commit: 'none',
    found: {
      maintenance: false,
      preboot: null,
      formation,
      release: null,
      slugId: null,
      commit: null,
    },
    set: { maintenance: true, stopped: types.map(({ type }) => type) },
    releases: [],
    ...OPENED_BY_HAND,
  };
}
