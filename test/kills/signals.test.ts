import {
  AFTER_THE_RELEASE,
  BEFORE_THE_WINDOW,
  heldAt,
  IN_THE_WINDOW,
  MIGRATION_PHASES,
  RELEASE_PHASE,
  type Phase,
} from './support/phases.ts';
import type { JobEnd } from './support/orb-job.ts';
import type { Stage, Standing } from './support/stage.ts';
import { useStage } from './support/use-stage.ts';

/** A signal that a program can answer: what was begun is undone, or brought to its end. */
let stage: Stage;
let found: Standing;
useStage((...now) => {
  [stage, found] = now;
});

const named = (phases: readonly Phase[]): [string, Phase][] => phases.map((phase) => [phase.name, phase]);
const stopped = ['clock=0:Standard-1X', 'web=1:Standard-1X', 'worker=0:Standard-2X'];

async function signalledAt(phase: Phase, signal: NodeJS.Signals = 'SIGTERM'): Promise<JobEnd> {
  const job = await heldAt(stage, phase);
  job.signal(signal);
  await job.until(new RegExp(`${signal}: stopping`));
  stage.clearFaults();
  return job.end;
}

// The snapshot is written within a millisecond, which a signal cannot hit.
const undoable = [...BEFORE_THE_WINDOW, ...IN_THE_WINDOW].filter(({ name }) => name !== 'snapshot');

test.each(named(undoable))('SIGTERM at %s: everything is as it was found', async (_name, phase) => {
  const { exitCode, log } = await signalledAt(phase);

  expect({ exitCode, log }).toMatchObject({ exitCode: 143 });
  expect(await stage.standing()).toEqual(found);
  // What the job's cache holds says so too.
  const recovery = await stage.job('recover').end;
  expect(recovery).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual(found);
});

test('SIGTERM at the snapshot, or in the moment after it: as it was found, or deployed as if there had been none', async () => {
  const phase = BEFORE_THE_WINDOW.find(({ name }) => name === 'snapshot') as Phase;
  const job = await heldAt(stage, phase);
  job.signal('SIGTERM');
  const { exitCode, log } = await job.end;

  // A signal between two of the job's steps meets no process.
  const deployed = exitCode === 0;
  expect({ exitCode, log }).toMatchObject({ exitCode: deployed ? 0 : 143 });
  expect(await stage.standing()).toEqual(deployed ? { ...found, code: stage.newest } : found);
});

test.each(named(AFTER_THE_RELEASE))(
  'SIGTERM at %s: the window is closed all the same',
  async (_name, phase) => {
    const { exitCode, log } = await signalledAt(phase);

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(await stage.standing()).toEqual({ ...found, code: stage.newest });
  },
);

test.each([
  ['SIGINT', 130],
  ['SIGHUP', 143],
] as const)('%s ends a run with exit code %i, undone', async (signal, code) => {
  const phase = IN_THE_WINDOW.find(({ name }) => name.startsWith('ship')) as Phase;
  const { exitCode, log } = await signalledAt(phase, signal);
  expect({ exitCode, log }).toMatchObject({ exitCode: code });
  expect(await stage.standing()).toEqual(found);
});

const [beforeStart, middle, afterEnd, closing] = MIGRATION_PHASES as [Phase, Phase, Phase, Phase];

test('SIGTERM before a migration starts: nothing was migrated, and everything is put back', async () => {
  const { exitCode, log } = await signalledAt(beforeStart);
  expect({ exitCode, log }).toMatchObject({ exitCode: 143 });
  expect(await stage.standing()).toEqual(found);
});

test('SIGTERM in the middle of a migration: its dyno is stopped, the window held; recover leaves it so', async () => {
  const { exitCode, log, result } = await signalledAt(middle);
  expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
  const held = {
    formation: stopped,
    page: true,
    code: stage.newest,
    pendingBuilds: 0,
    pendingReleases: 0,
    oneOffs: 0,
    ledger: [`begin ${stage.newest}`],
  };
  expect(await stage.standing()).toEqual(held);
  expect(result).toMatchObject({ verdict: 'held', database: 'unknown' });

  const recovery = await stage.job('recover').end;
  expect(recovery).toMatchObject({ exitCode: 3, log: expect.stringContaining('State now:') });
  expect(await stage.standing()).toEqual(held);
});

test.each([
  [afterEnd.name, afterEnd],
  [closing.name, closing],
])('SIGTERM at %s: the window is closed forward', async (_name, phase) => {
  const { exitCode, log } = await signalledAt(phase);
  expect({ exitCode: exitCode === 0 || exitCode === 5, log }).toMatchObject({ exitCode: true });
  const version = stage.newest;
  expect(await stage.standing()).toEqual({
    ...found,
    code: version,
    ledger: [`begin ${version}`, `end ${version}`],
  });
});

test('SIGTERM while a release phase runs that then succeeds: the window is closed forward (exit 5)', async () => {
  const job = await heldAt(stage, RELEASE_PHASE);
  job.signal('SIGTERM');
  await job.until(/SIGTERM: stopping/);
  await stage.letMigrate();

  const { exitCode, log } = await job.end;

  expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
  const version = stage.newest;
  expect(await stage.standing()).toEqual({
    ...found,
    code: version,
    ledger: [`begin ${version}`, `end ${version}`],
  });
});

test('SIGTERM while a release phase runs that then fails: the window is held (exit 3)', async () => {
  const job = await heldAt(stage, RELEASE_PHASE);
  await stage.failMigrations();
  job.signal('SIGTERM');
  await job.until(/SIGTERM: stopping/);
  await stage.letMigrate();

  const { exitCode, log } = await job.end;

  expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
  expect(await stage.standing()).toMatchObject({ formation: stopped, page: true, code: found.code });
});
