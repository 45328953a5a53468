import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileStore } from '../../../src/helper/edge/file-store.ts';
import { journalFromFormation } from '../../../src/helper/journal/by-hand.ts';
import { firstHalfOf } from '../../../src/helper/journal/first-half.ts';
import { JournalKeeper, readJournal, type JournalPorts } from '../../../src/helper/journal/keeper.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import { systemClock } from '../../../src/helper/time/system-clock.ts';
import { RecordingLog } from '../../support/recording-log.ts';

let folder: string;
let ports: JournalPorts & { readonly log: RecordingLog };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heroku-cd-journal-'));
  ports = {
    store: createFileStore('corner-shop', { HEROKU_CD_STATE_DIR: folder }),
    apiKey: new Secret('HRKU-0123456789abcdef'),
    clock: systemClock,
    log: new RecordingLog(),
  };
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const journal = journalFromFormation(
  { id: 'app-1', name: 'corner-shop' },
  [{ type: 'worker', quantity: 2 }],
  [],
);

test('what was noted is read again, by whoever has the key', async () => {
  await new JournalKeeper(ports, journal).note({ status: 'open' });
  expect(await readJournal(ports, journal.app)).toMatchObject({
    journal: { status: 'open', run: journal.run },
  });
  const other = { ...ports, apiKey: new Secret('HRKU-another') };
  expect(await readJournal(other, journal.app)).toEqual({ none: 'its signature is not of this API key' });
});

test('an app that was renamed since goes by its name of now, because another app may have the old one', async () => {
  await new JournalKeeper(ports, journal).note({ status: 'held' });
  const renamed = { id: 'app-1', name: 'corner-shop-old' };
  expect(await readJournal(ports, renamed)).toMatchObject({ journal: { status: 'held', app: renamed } });
  expect(await readJournal(ports, { id: 'app-2', name: 'corner-shop' })).toEqual({
    none: 'it belongs to another app',
  });
});

test('the reason of a held window never holds a secret', async () => {
  ports.log.addSecret('s3cret-value');
  const keeper = new JournalKeeper(ports, journal);
  await keeper.note({ status: 'held', reason: 'psql: s3cret-value was refused' });
  expect(keeper.current.reason).toBe('psql: *** was refused');
  expect(await readFile(join(folder, 'journal.json'), 'utf8')).not.toContain('s3cret-value');
  expect(await readJournal(ports, journal.app)).toMatchObject({ journal: { status: 'held' } });
});

test('what a first half did is told to the second, and a journal without them is read as ever', async () => {
  const phase = { name: 'preflight', startedAt: '2026-11-23T10:30:00.000Z', durationMs: 6_200 };
  const requests = { total: 7, byMethod: { GET: 6, POST: 1 }, git: 2 };
  const prepared = { ...journal, status: 'prepared' as const };
  expect(await firstHalfOf(ports)).toBeUndefined();
  await new JournalKeeper(ports, prepared).note();
  expect(await firstHalfOf(ports)).toEqual({ run: journal.run, phases: [], requests: undefined });
  await new JournalKeeper(ports, prepared).note({
    phases: [phase, { ...phase, name: 'of a later version' }],
    requests,
  });
  expect(await firstHalfOf(ports)).toEqual({
    run: journal.run,
    phases: [{ ...phase, outcome: 'succeeded', firstHalf: true }],
    requests,
  });
  // What a run has left that is over is not this one's first half.
  await new JournalKeeper(ports, prepared).note({ status: 'open', phases: [phase] });
  expect(await firstHalfOf(ports)).toBeUndefined();
});
