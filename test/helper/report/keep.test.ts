import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileStore } from '../../../src/helper/edge/file-store.ts';
import { createLineLog, type LineLog } from '../../../src/helper/output/log.ts';
import { createMasker } from '../../../src/helper/output/masker.ts';
import { keepReport, type Reporting } from '../../../src/helper/report/keep.ts';
import { HELD, SUCCEEDED } from './support/results.ts';

const SECRET = 'HRKU-<a&secret>';
const FILES = ['result.json', 'report.html', 'junit.xml'];

let folder: string;
let printed: string;
let log: LineLog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heroku-cd-report-'));
  printed = '';
  log = createLineLog({ masker: createMasker(), write: (text) => (printed += text), now: () => 0 });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function reporting(settings: Partial<Reporting['settings']> = {}): Reporting {
  return {
    command: 'deploy',
    ports: {
      store: createFileStore('acme-shop', { HEROKU_CD_STATE_DIR: join(folder, 'state') }),
      environment: {},
    },
    settings: { 'app-name': 'acme-shop', 'report-log': 'full', 'report-directory': '', ...settings },
    log,
  };
}

const read = (...path: string[]): Promise<string> => readFile(join(folder, ...path), 'utf8');

test('everything lies in the state directory', async () => {
  log.info('hello');
  const lines = await keepReport(reporting(), SUCCEEDED);
  expect(lines[0]).toBe(`Result: ${join(folder, 'state', 'result.json')}`);
  expect(lines[1]).toBe(`Report: ${join(folder, 'state', 'report.html')}`);
  for (const file of FILES) expect((await stat(join(folder, 'state', file))).mode & 0o077).toBe(0);
  expect(JSON.parse(await read('state', 'result.json'))).toEqual(SUCCEEDED);
  expect(await read('state', 'report.html')).toContain('hello');
});

test('a report directory takes the pages, a folder for each app, and the state directory, which is cached, has none', async () => {
  await keepReport(reporting(), SUCCEEDED);
  const lines = await keepReport(reporting({ 'report-directory': join(folder, 'reports') }), SUCCEEDED);
  expect(lines).toContain(`Report: ${join(folder, 'reports', 'acme-shop', 'report.html')}`);
  expect(await readdir(join(folder, 'reports', 'acme-shop'))).toEqual([...FILES].sort());
  expect(await readdir(join(folder, 'state'))).toEqual(['result.json']);
  expect(await read('state', 'result.json')).toBe(await read('reports', 'acme-shop', 'result.json'));
});

test('no file has a secret, though it was printed before anybody knew that it is one', async () => {
  log.output('build', `the password is ${SECRET}`);
  log.addSecret(SECRET);
  await keepReport(
    reporting(),
    {
      ...HELD,
      migration: { command: `migrate --password ${SECRET}`, exitStatus: 1 },
      error: { phase: 'migrate', what: SECRET, why: SECRET, next: `run ${SECRET}` },
      stateNow: ['State now:', `  next ${SECRET}`],
    },
    `did it with ${SECRET}`,
  );
  for (const file of FILES) {
    const text = await read('state', file);
    expect(text).not.toContain('HRKU');
    expect(text).toContain('[masked]');
  }
  expect(await read('state', 'report.html')).toContain('  build | the password is [masked]');
});

test('what cannot be written is a warning, and the rest is written', async () => {
  await writeFile(join(folder, 'reports'), 'in the way');
  await keepReport(reporting({ 'report-directory': join(folder, 'reports') }), SUCCEEDED);
  for (const file of FILES) expect(printed).toContain(`WARNING: ${file} could not be written: `);
  expect(JSON.parse(await read('state', 'result.json'))).toEqual(SUCCEEDED);
});
