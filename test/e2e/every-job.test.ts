import { orbComponents } from './support/orb-components.ts';
import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type OrbJob, type World } from './support/world.ts';

/** A job of the orb, and what it comes to where the jobs above it have run before. */
interface Part {
  readonly job: OrbJob;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly exitCode: number;
  readonly says: string;
  /** The app afterwards. */
  readonly maintenance: boolean;
  readonly workers: number;
}

const SERVING = { exitCode: 0, maintenance: false, workers: 2 };
const BEHIND_THE_PAGE = { maintenance: true, workers: 0 };

/** Each job of the orb at least once, in an order in which there is something to do for each. */
const JOBS: readonly Part[] = [
  { job: 'deploy', says: 'succeeded (exit 0)', ...SERVING },
  {
    job: 'maintenance-wrapped-migrate',
    parameters: { 'migrate-command': 'echo "the schema is changed"' },
    says: 'the schema is changed',
    ...SERVING,
  },
  { job: 'open-window', says: 'stays open until', exitCode: 0, ...BEHIND_THE_PAGE },
  { job: 'recover', says: 'State now:', exitCode: 3, ...BEHIND_THE_PAGE },
  { job: 'close-window', says: 'is closed: the page is off', ...SERVING },
  { job: 'recover', says: 'nothing was changed', ...SERVING },
  {
    job: 'rollback',
    parameters: { 'migration-is-backward-compatible': true },
    says: 'runs the release of v',
    ...SERVING,
  },
  {
    job: 'flush-cache',
    parameters: { 'flush-command': 'true' },
    says: 'Flushed: flush-command.',
    ...SERVING,
  },
];

/** Each command of the orb in one job of somebody's own; only the first of them installs. */
const COMMANDS: readonly (readonly [string, Readonly<Record<string, unknown>>?])[] = [
  ['install'],
  ['doctor'],
  ['deploy'],
  ['maintenance-wrapped-migrate', { push: false, 'migrate-command': 'true' }],
  ['open-window'],
  ['close-window'],
  ['recover'],
  ['maintenance-on'],
  ['maintenance-off'],
  ['set-maintenance-page', { 'maintenance-page-url': 'none' }],
  ['scale', { formation: 'worker=1' }],
  ['run-one-off', { command: 'true' }],
  ['backup-database'],
  ['restore-database', { 'backup-id': 'b001', confirm: APP }],
  ['rollback', { 'migration-is-backward-compatible': true }],
  ['flush-cache', { 'if-present': true }],
];

const namesOf = (kind: 'job' | 'command'): readonly string[] =>
  orbComponents()
    .filter((one) => one.kind === kind)
    .map(({ name }) => name);

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.pushByHand(APP_FILES);
  await world.heroku.control.act(APP, { action: 'add-postgres' });
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 1, worker: 2 } });
});

afterAll(() => world.close());

async function now(): Promise<{ maintenance: boolean; workers: number | undefined }> {
  const { maintenance, formation } = await world.heroku.control.app(APP);
  return { maintenance, workers: formation.find(({ type }) => type === 'worker')?.quantity };
}

test('there is no job and no command in the orb that is not run here', () => {
  expect([...new Set(JOBS.map(({ job }) => job as string))].sort()).toEqual([...namesOf('job')].sort());
  expect(COMMANDS.map(([name]) => name).sort()).toEqual([...namesOf('command')].sort());
});

test('every job does what it is for, in real bash', async () => {
  for (const { job, parameters = {}, exitCode, says, maintenance, workers } of JOBS) {
    await world.repository.commit({ 'greeting.txt': job });
    const { log, job: ran, ...run } = await world.deploy({ orbJob: job, parameters });
    expect({ job, log, exitCode: run.exitCode, status: ran.status, ...(await now()) }).toEqual({
      job,
      log: expect.stringContaining(says) as string,
      exitCode,
      status: exitCode === 0 ? 'success' : 'failed',
      maintenance,
      workers,
    });
    expect(ran.steps.filter(({ name }) => name === 'Install heroku-cd')).toHaveLength(1);
  }
});

test('every command works in one job of somebody’s own, which installs once', async () => {
  await world.repository.commit({ 'greeting.txt': 'by commands' });
  const { job, log } = await world.deploy({
    steps: [
      { checkout: { method: 'full' } },
      ...COMMANDS.map(([name, given]) => ({
        [`heroku-cd/${name}`]: name === 'install' ? {} : { 'app-name': APP, install: false, ...given },
      })),
    ],
  });
  expect({ status: job.status, log }).toMatchObject({ status: 'success' });
  expect(job.steps.filter(({ name }) => name === 'Install heroku-cd')).toHaveLength(1);
  expect(await now()).toEqual({ maintenance: false, workers: 1 });
});
