import { endOf } from '../../../src/helper/journal/by-hand.ts';
import type { Journal } from '../../../src/helper/journal/journal.ts';
import { lastMigration } from '../../../src/helper/journal/last-migration.ts';

describe('the latest migration that a journal knows', () => {
  it.each([
    ['of a run that has not got there', { stage: 'shipping' }, 0],
    ['of a run whose migration goes on', { stage: 'migrating', migratedRelease: 12 }, 12],
    ['of a run that migrated', { stage: 'migrated', migratedRelease: 12, migratedBefore: 9 }, 12],
    ['whose restore is not proven', { stage: 'restoring', migratedRelease: 12, migratedBefore: 9 }, 12],
    ['that never started, or was restored', { stage: 'shipping', migratedRelease: 12, migratedBefore: 9 }, 9],
    ['of an earlier run', { stage: 'before', migratedBefore: 9 }, 9],
  ] as const)('%s', (_what, journal, version) => {
    expect(lastMigration(journal)).toBe(version);
  });

  it('is kept where the run ends in a window that was opened by hand', () => {
    const journal = { byHand: true, stage: 'migrated', migratedRelease: 12 } as Journal;
    expect(lastMigration({ ...journal, ...endOf(journal) })).toBe(12);
  });
});

it('a migration that failed in a window opened by hand is not forgotten with its stage', () => {
  const journal = { byHand: true, migrates: true } as Journal;
  expect(endOf({ ...journal, stage: 'migrating' })).toMatchObject({ stage: 'window', stillPending: true });
  expect(endOf({ ...journal, stage: 'migrated' })).not.toHaveProperty('stillPending');
});

it('a release phase for which a window was held is settled with the run that ends in one opened by hand', () => {
  const journal = { byHand: true, migrates: false, stage: 'shipping', phaseUnproven: true } as Journal;
  expect({ ...journal, ...endOf(journal) }).toMatchObject({ status: 'held', phaseUnproven: false });
});
