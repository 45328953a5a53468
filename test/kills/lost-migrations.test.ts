import { lostAt, MIGRATION_PHASES, RELEASE_PHASE, type Phase } from './support/phases.ts';
import type { Stage, Standing } from './support/stage.ts';
import { useStage } from './support/use-stage.ts';

/** A machine is lost when a migration may have begun: what is not proven to have succeeded stays held. */
let stage: Stage;
let found: Standing;
useStage((...now) => {
  [stage, found] = now;
});

const named = (phases: readonly Phase[]): [string, Phase][] => phases.map((phase) => [phase.name, phase]);
const stopped = ['clock=0:Standard-1X', 'web=1:Standard-1X', 'worker=0:Standard-2X'];

test.each(named(MIGRATION_PHASES))(
  'lost at %s: recover holds (exit 4, then 3), and the next run finishes what was begun',
  async (_name, phase) => {
    const { workflow } = await lostAt(stage, phase);
    await stage.letMigrate();
    const left = await stage.standing();

    const first = await stage.job('recover', { workflow }).end;
    expect(first).toMatchObject({ exitCode: 4, log: expect.stringMatching(/State now:\n +maintenance on/) });
    expect(await stage.standing()).toEqual({ ...left, page: true, code: stage.newest, oneOffs: 0 });
    const again = await stage.job('recover', { workflow }).end;
    expect(again).toMatchObject({ exitCode: 3 });
    // The cache has what the run wrote before its first change: neither migration nor backup is ruled out by it.
    for (const { result, log } of [first, again]) {
      expect(result).toMatchObject({ database: 'unknown' });
      expect(log).toMatch(/backups +(?:b\d+ |not known: heroku-cd backup list --app-name )/);
    }

    const next = await stage.job(phase.command, { parameters: phase.parameters }).end;
    expect(next).toMatchObject({ exitCode: 0 });
    const { ledger, ...standing } = await stage.standing();
    expect(standing).toEqual({
      ...standing,
      ...{ ...found, ledger: undefined },
      code: stage.newest,
      ledger: undefined,
    });
    expect(ledger.at(-1)).toBe(`end ${stage.newest}`);
  },
);

test.each(named(MIGRATION_PHASES))(
  'lost at %s: a plain new run holds too, and the one after it finishes',
  async (_name, phase) => {
    await lostAt(stage, phase);
    await stage.letMigrate();
    const { formation } = await stage.standing();

    const first = await stage.job(phase.command, { parameters: phase.parameters }).end;
    expect(first).toMatchObject({ exitCode: 4, log: expect.stringContaining('State now:') });
    expect(first.result).toMatchObject({ database: 'unknown' });
    expect(await stage.standing()).toMatchObject({ page: true, formation, oneOffs: 0 });

    const next = await stage.job(phase.command, { parameters: phase.parameters }).end;
    expect(next).toMatchObject({ exitCode: 0 });
    const { ledger: _ledger, ...expected } = { ...found, code: stage.newest };
    expect(await stage.standing()).toMatchObject(expected);
  },
);

test('lost in the middle of a migration: recover with release-hold opens the app as it is', async () => {
  const phase = MIGRATION_PHASES.find(({ name }) => name.includes('middle')) as Phase;
  const { workflow } = await lostAt(stage, phase);
  expect(await stage.standing()).toMatchObject({ formation: stopped, page: true });

  const opened = await stage.job('recover', { workflow, parameters: { 'release-hold': 'true' } }).end;

  expect(opened).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toMatchObject({
    formation: found.formation,
    page: false,
    code: stage.newest,
  });
});

test('lost while a release phase runs: recover awaits its success, and opens the app on the new code', async () => {
  const { workflow } = await lostAt(stage, RELEASE_PHASE);
  const recovery = stage.job('recover', { workflow });
  await stage.letMigrate();

  const { exitCode, log } = await recovery.end;

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  const version = stage.newest;
  expect(await stage.standing()).toEqual({
    ...found,
    code: version,
    ledger: [`begin ${version}`, `end ${version}`],
  });
});

test('lost while a release phase runs that then fails: recover holds', async () => {
  const { workflow } = await lostAt(stage, RELEASE_PHASE);
  await stage.failMigrations();
  const recovery = stage.job('recover', { workflow });
  await stage.letMigrate();

  const { exitCode, log, result } = await recovery.end;

  expect({ exitCode, log }).toMatchObject({ exitCode: 4 });
  expect(result).toMatchObject({ database: 'unknown' });
  expect(await stage.standing()).toMatchObject({ formation: stopped, page: true, code: found.code });
});

test('lost while a release phase runs: a plain new run awaits it and closes the window', async () => {
  await lostAt(stage, RELEASE_PHASE);
  const next = stage.job(RELEASE_PHASE.command, { parameters: RELEASE_PHASE.parameters });
  await stage.letMigrate();

  const { exitCode, log } = await next.end;

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toMatchObject({
    formation: found.formation,
    page: false,
    code: stage.newest,
  });
});
