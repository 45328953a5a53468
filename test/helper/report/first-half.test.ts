import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileStore } from '../../../src/helper/edge/file-store.ts';
import { journalFromFormation } from '../../../src/helper/journal/by-hand.ts';
import { JournalKeeper } from '../../../src/helper/journal/keeper.ts';
import { createLineLog, type LineLog } from '../../../src/helper/output/log.ts';
import { createMasker } from '../../../src/helper/output/masker.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import { handOverLog, takeOverLog, type BothHalves } from '../../../src/helper/report/first-half.ts';
import { keepReport } from '../../../src/helper/report/keep.ts';
import { systemClock } from '../../../src/helper/time/system-clock.ts';
import { SUCCEEDED } from './support/results.ts';

const SECRET = 'HRKU-a-secret-value';
const FILE = 'first-half.json';
const MISSING = 'The log begins with the second half';
const journal = journalFromFormation({ id: 'app-1', name: 'acme-shop' }, [], []);

let folder: string;
let printed: string;
beforeEach(async () => {
  printed = '';
  folder = await mkdtemp(join(tmpdir(), 'heroku-cd-halves-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const newLog = (): LineLog =>
  createLineLog({ masker: createMasker(), write: (text) => (printed += text), now: () => 0 });

/** One half of a deployment: a process of its own, with a log of its own. */
function half(reportLog = 'full', more: Partial<BothHalves['settings']> = {}, key = 'HRKU-key'): BothHalves {
  const log = newLog();
  return {
    command: 'deploy',
    log,
    ports: {
      store: createFileStore('acme-shop', { HEROKU_CD_STATE_DIR: join(folder, 'state') }),
      environment: {},
      apiKey: new Secret(key),
      clock: systemClock,
      log,
    },
    settings: {
      'app-name': 'acme-shop',
      'report-log': reportLog,
      'report-directory': join(folder, 'reports'),
      ...more,
    },
  };
}

const reports = (...path: string[]): string => join(folder, 'reports', 'acme-shop', ...path);

/** What a first half does, whose log has these lines; gives what it leaves on disk. */
async function first(lines: readonly string[], reportLog?: string): Promise<string> {
  const one = half(reportLog);
  await new JournalKeeper(one.ports, { ...journal, status: 'prepared' }).note();
  for (const line of lines) one.log.info(line);
  await handOverLog(one);
  return readFile(reports(FILE), 'utf8').catch(() => '');
}

/** What a second half makes of it: the log of its page. */
async function second(lines: readonly string[], two = half()): Promise<string> {
  const earlier = await takeOverLog(two);
  for (const line of lines) two.log.info(line);
  await keepReport({ ...two, earlier }, SUCCEEDED);
  const page = await readFile(reports('report.html'), 'utf8');
  return page.slice(page.indexOf('id="log"'));
}

test('the log of the first half stands before that of the second, and its file is gone', async () => {
  await first(['== preflight', 'Ready']);
  expect((await stat(reports(FILE))).mode & 0o077).toBe(0);
  // The state directory is cached between the halves.
  expect(await readdir(join(folder, 'state'))).not.toContain(FILE);
  const page = await second(['== preflight', 'Shipped']);
  expect(page).toContain('<b>== preflight</b>\nReady\n<b>== preflight</b>\nShipped\n');
  expect(page).not.toContain(MISSING);
  expect(await readdir(reports())).not.toContain(FILE);
  expect(printed).not.toContain('WARNING');
});

test('no secret gets into the file or the page, though its half or the other one learned of it late', async () => {
  const one = half();
  await new JournalKeeper(one.ports, { ...journal, status: 'prepared' }).note();
  one.log.info(`first ${SECRET}, then another-secret`);
  one.log.addSecret(SECRET);
  await handOverLog(one);
  expect(await readFile(reports(FILE), 'utf8')).not.toContain(SECRET);
  const two = half();
  two.log.addSecret('another-secret');
  expect(await second(['second'], two)).toContain('first [masked], then [masked]\nsecond');
});

test('`tail` is the last 200 lines of both, and no more are handed over', async () => {
  const many = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${name} ${index}.`);
  const kept = await first(many('one', 300), 'tail');
  expect(kept).toContain('one 100.');
  expect(kept).not.toContain('one 99.');
  const page = await second(many('two', 50), half('tail'));
  expect(page).toContain('… 150 lines are left out here');
  expect(page).toContain('one 150.');
  expect(page).not.toContain('one 149.');
  expect(page).toContain('one 299.\ntwo 0.');
});

test('`none` hands nothing over, and the page says what it says of any log', async () => {
  expect(await first(['secret'], 'none')).toBe('');
  const page = await second(['two'], half('none'));
  expect(page).toContain('No log in this report');
  expect(page).not.toContain(MISSING);
});

describe('nothing false is said', () => {
  const expectMissing = async (two = half()): Promise<void> => {
    const page = await second(['two'], two);
    expect(page).toContain(MISSING);
    expect(page).toContain('two\n');
    expect(page).not.toContain('one');
  };

  test('where the first half left no log', async () => {
    await first(['one']);
    await rm(reports(FILE));
    await expectMissing();
  });

  test.each<[string, (text: string) => string]>([
    ['is cut short', (text) => text.slice(0, -20)],
    ['was changed', (text) => text.replace('one', 'one?')],
    ['is of nobody', () => '{}'],
    ['is no object', () => 'null'],
    ['has no signature', (text) => text.replace('signature', 'other')],
  ])('where its file %s', async (_, change) => {
    const text = await first(['one']);
    await writeFile(reports(FILE), change(text));
    await expectMissing();
    expect(await readdir(reports())).not.toContain(FILE);
  });

  test('where it is of another run, or of another key', async () => {
    await first(['one']);
    const another = { ...journal, run: 'another', status: 'prepared' as const };
    await new JournalKeeper(half().ports, another).note();
    await expectMissing();
    await first(['one']);
    await expectMissing(half('full', {}, 'HRKU-other'));
  });

  test('where its run is over', async () => {
    await first(['one']);
    await new JournalKeeper(half().ports, { ...journal, status: 'open' }).note();
    await expectMissing();
  });
});

test('a log that cannot be handed over is a warning', async () => {
  await writeFile(join(folder, 'reports'), 'in the way');
  await first(['one']);
  expect(printed).toContain('WARNING: The log of this half could not be handed to the second: ');
  expect(await takeOverLog(half())).toBe('missing');
});

test('without a report directory it lies with the report, which the next one to have such a directory takes away', async () => {
  const here = half('full', { 'report-directory': '' });
  await new JournalKeeper(here.ports, { ...journal, status: 'prepared' }).note();
  here.log.info('one');
  await handOverLog(here);
  expect(await readdir(join(folder, 'state'))).toContain(FILE);
  await keepReport(half(), SUCCEEDED);
  expect(await readdir(join(folder, 'state'))).not.toContain(FILE);
});
