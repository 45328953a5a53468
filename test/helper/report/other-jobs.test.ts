import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropReportsOfOtherJobs, ownReports, REPORT_FILES } from '../../../src/helper/report/other-jobs.ts';
import { RecordingLog } from '../../support/recording-log.ts';

const MINUTE = 60_000;
const gone = spawnSync(process.execPath, ['-e', '']).pid;
let home: string;
let log: RecordingLog;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'heroku-cd-reports-'));
  log = new RecordingLog();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const ports = (job: string | undefined, now = 0) => ({
  environment: job === undefined ? {} : { CIRCLE_WORKFLOW_JOB_ID: job },
  clock: { now: () => now },
  log,
  home,
});
const folderOf = (app: string): string => join(home, 'heroku-cd-reports', app);
const left = (app: string): readonly string[] => {
  const all = readdirSync(join(home, 'heroku-cd-reports'));
  return all.includes(app) ? readdirSync(folderOf(app)).sort() : [];
};

/** A job that has reported on an app, at 0, by steps of a process with this number. */
async function reported(job: string, app: string, parent?: number): Promise<void> {
  mkdirSync(folderOf(app), { recursive: true });
  for (const file of REPORT_FILES) writeFileSync(join(folderOf(app), file), job);
  await ownReports(ports(job), app, folderOf(app));
  if (parent === undefined) return;
  const marker = join(home, '.local', 'share', 'heroku-cd', 'reports', `${app}.json`);
  const owner = JSON.parse(readFileSync(marker, 'utf8')) as object;
  writeFileSync(marker, JSON.stringify({ ...owner, parent }));
}
const FILES = [...REPORT_FILES].sort();

test('what a job that is over has reported is gone, and this job’s own stays', async () => {
  await reported('one', 'staging', gone);
  await reported('two', 'production', gone);
  await dropReportsOfOtherJobs(ports('two', MINUTE));
  expect([left('staging'), left('production')]).toEqual([[], FILES]);
});

test('two jobs at once under one home leave each other’s, and one that has just ended is given its time', async () => {
  await reported('one', 'staging', process.pid);
  await reported('two', 'production', gone);
  await dropReportsOfOtherJobs(ports('three', 20_000));
  expect([left('staging'), left('production')]).toEqual([FILES, FILES]);
  await Promise.all(['three', 'four'].map((job) => dropReportsOfOtherJobs(ports(job, MINUTE))));
  expect([left('staging'), left('production')]).toEqual([FILES, []]);
  // The number of a process is given away again some day.
  await dropReportsOfOtherJobs(ports('three', 61 * MINUTE));
  expect(left('staging')).toEqual([]);
  expect(log.warnings).toEqual([]);
});

test('a file that is not a report stays, and so does everything outside of CircleCI', async () => {
  await reported('one', 'staging', gone);
  await dropReportsOfOtherJobs(ports(undefined, 61 * MINUTE));
  expect(left('staging')).toEqual(FILES);
  writeFileSync(join(folderOf('staging'), 'notes.txt'), 'mine');
  await dropReportsOfOtherJobs(ports('two', MINUTE));
  expect(left('staging')).toEqual(['notes.txt']);
});

test('a home in which nothing was reported is left as it is, and so is what nothing is known about', async () => {
  await dropReportsOfOtherJobs(ports('one'));
  expect(readdirSync(home)).toEqual([]);
  await reported('one', 'staging', gone);
  await reported('one', 'production', gone);
  writeFileSync(join(home, '.local', 'share', 'heroku-cd', 'reports', 'production.json'), '{');
  await dropReportsOfOtherJobs(ports('two', MINUTE));
  expect([left('staging'), left('production')]).toEqual([[], FILES]);
  expect(log.warnings).toEqual([]);
});
