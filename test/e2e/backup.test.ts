import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../../src/helper/deployment/result.ts';
import type { TransferView } from '../../src/simulator/index.ts';
import { HelperProgram } from './support/helper-program.ts';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;
let helper: HelperProgram;

beforeAll(async () => {
  world = await createWorld();
  helper = await HelperProgram.create(world, await world.pushByHand());
  await world.heroku.control.act(APP, { action: 'add-postgres' });
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 1, worker: 1 } });
});

afterAll(async () => {
  await helper.remove();
  await world.close();
});

afterEach(async () => {
  await world.heroku.control.clearFaults();
  await world.heroku.control.changeSettings(APP, { backupResult: 'succeed', backupMs: 0 });
});

const transfers = async (): Promise<readonly TransferView[]> =>
  (await world.heroku.control.app(APP)).transfers;
/** Dynos that ran a migration so far. */
const migrations = async (): Promise<number> => (await world.heroku.control.app(APP)).oneOffs.length;

/** Migrates what is deployed, by the helper itself. */
async function migrate(
  ...flags: readonly string[]
): Promise<{ code: number | null; stdout: string; result: Result }> {
  const args = ['migrate', '--no-push', '--migrate-command', 'echo migrated', ...flags];
  const { code, stdout } = await helper.run(args);
  const file = join(helper.folder, 'home', '.heroku-cd', APP, 'result.json');
  return { code, stdout, result: JSON.parse(await readFile(file, 'utf8')) as Result };
}

/** The page is off, and the processes are as they were. */
async function expectAsFound(): Promise<void> {
  const { maintenance, formation } = await world.heroku.control.app(APP);
  expect(maintenance).toBe(false);
  expect(formation.map(({ type, quantity }) => `${type}=${quantity}`)).toEqual(['web=1', 'worker=1']);
}

describe('through the orb', () => {
  it('a window takes a backup before the new code and the migration, and names it', async () => {
    const { exitCode, log, result } = await world.deploy({
      orbJob: 'maintenance-wrapped-migrate',
      parameters: { 'migrate-command': 'echo migrated' },
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(result).toMatchObject({ backups: ['b001'], database: 'migrated', sharedDatabase: [] });
    expect(result?.phases.map(({ name }) => name)).toEqual([
      ...[
        'preflight',
        'snapshot',
        'preflight',
        'snapshot',
        'open window',
        'backup',
        'ship',
        'release',
        'migrate',
        'restart',
      ],
      ...['close window', 'report'],
    ]);
    expect(await transfers()).toMatchObject([{ name: 'b001', state: 'succeeded' }]);
    await expectAsFound();
  });

  it('backup-database takes one by itself, and backup list shows it', async () => {
    const { exitCode, log } = await world.deploy({
      steps: [{ 'heroku-cd/backup-database': { 'app-name': APP } }],
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toMatch(/b002 is a backup of postgresql-/);
    const { stdout } = await helper.run(['backup', 'list', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'succeeded',
      backups: [
        { name: 'b001', state: 'succeeded' },
        { name: 'b002', state: 'succeeded' },
      ],
    });
  });
});

describe('a backup that is none', () => {
  it.each([
    [
      'never finishes',
      { backupResult: 'stay-running' },
      ['--backup-timeout', '30s'],
      '`backup-timeout` is the limit',
    ],
    ['finishes without success', { backupResult: 'fail' }, [], 'ended without success'],
  ] as const)('never lets a migration start: one that %s', async (_case, settings, flags, says) => {
    await world.heroku.control.changeSettings(APP, settings);
    const before = await migrations();
    const { code, stdout, result } = await migrate(...flags);
    expect({ code, stdout }).toMatchObject({ code: 1 });
    expect(stdout).toContain(says);
    expect(result).toMatchObject({ verdict: 'failed', database: 'untouched', error: { phase: 'backup' } });
    expect(result.backups).toEqual([]);
    expect(await migrations()).toBe(before);
    expect((await transfers()).at(-1)?.state).toMatch(/canceled|failed/);
    await expectAsFound();
  });

  it('never lets a migration start: one of which nothing can be read', async () => {
    await world.heroku.control.addFault({
      match: { surface: 'data', method: 'GET', path: '/transfers/' },
      effect: { kind: 'reset' },
    });
    const before = await migrations();
    const { code, stdout } = await migrate();
    expect({ code, stdout }).toMatchObject({ code: 1 });
    expect(stdout).toContain('21 times in a row');
    expect(await migrations()).toBe(before);
    await expectAsFound();
  });

  it('is cancelled when backup capture waits too long', async () => {
    await world.heroku.control.changeSettings(APP, { backupResult: 'stay-running' });
    const { code, stdout } = await helper.run(['backup', 'capture', '--backup-timeout', '20s']);
    expect(code).toBe(1);
    expect(stdout).toContain('`backup-timeout` is the limit');
    expect((await transfers()).at(-1)?.state).toBe('canceled');
  });
});

describe('a window that is held', () => {
  it('keeps its backup for the run that continues it, which takes none of its own', async () => {
    const held = await helper.run(['migrate', '--no-push', '--migrate-command', 'exit 3']);
    expect({ code: held.code, stdout: held.stdout }).toMatchObject({ code: 3 });
    const taken = (await transfers()).at(-1)?.name ?? '';
    expect(held.stdout).toContain(`backups     ${taken} (before the migration)`);

    const { code, stdout, result } = await migrate();
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`Backup: the held window has ${taken}`);
    expect(result.backups).toEqual([taken]);
    expect((await transfers()).at(-1)?.name).toBe(taken);
    await expectAsFound();
  });
});

describe('plan', () => {
  it('shows the backup, and who else is on the database', async () => {
    await world.heroku.control.createApp({ name: 'reports' });
    const [addOn] = (await world.heroku.control.app(APP)).addOns;
    await world.heroku.control.act('reports', { action: 'attach', addOn: addOn?.name ?? '', name: 'SHOP' });
    const { stdout } = await helper.run(['plan', '--migrate-command', 'echo migrated', '--json']);
    const { acts, notes } = JSON.parse(stdout) as { acts: { what: string }[]; notes: string[] };
    expect(acts.map(({ what }) => what)).toContain(`back up ${addOn?.name}, which reports use as well`);
    expect(notes.join()).toContain('is shared with reports');

    const refused = await migrate('--on-migration-failure', 'restore', '--stop-web');
    expect(refused).toMatchObject({ code: 2, result: { error: { phase: 'preflight' } } });
    expect(refused.stdout).toContain('shared-database');

    await world.heroku.control.clearRequests();
    const restoring = [
      '--migrate-command',
      'echo migrated',
      '--on-migration-failure',
      'restore',
      '--stop-web',
    ];
    const planned = await helper.run(['plan', ...restoring]);
    expect({ code: planned.code, shown: planned.stdout }).toMatchObject({ code: 2 });
    expect(planned.stdout).toContain('shared-database');
    const asked = world.heroku.control.requests().filter(({ method }) => method !== 'GET');
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
    await expectAsFound();
  });
});
