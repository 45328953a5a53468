import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../../src/helper/deployment/result.ts';
import type { AppView, FaultRequest, TransferView } from '../../src/simulator/index.ts';
import { DATABASE_APP_CONFIG, databaseAppFiles } from './support/database-app.ts';
import { HelperProgram } from './support/helper-program.ts';
import { APP, createWorld, type World } from './support/world.ts';

/** A web process that begins a transaction, reads, and idles in it for as long as it lives. */
const WEB = `const { connect, main } = require('./database.js');
main(async () => {
  const client = await connect();
  await client.query('BEGIN');
  await client.query('SELECT * FROM settings');
  require('node:http').createServer((q, a) => a.end('here')).listen(process.env.PORT);
  return new Promise(() => undefined);
});
`;

let world: World;
let helper: HelperProgram;
let oldSlug: string;
let newCommit: string;
let found: string;

beforeAll(async () => {
  world = await createWorld();
  const { control } = world.heroku;
  await control.act(APP, { action: 'add-postgres' });
  await control.act(APP, { action: 'config', vars: { ...DATABASE_APP_CONFIG } });
  const commit = await world.pushByHand({ ...databaseAppFiles(), 'web.js': WEB });
  helper = await HelperProgram.create(world, commit);
  oldSlug = (await app()).slugs.at(-1)?.id ?? '';
  const migrated = await helper.run(['run', '--', 'node', 'migrate.js'], lapse(20));
  expect({ code: migrated.code, stdout: migrated.stdout }).toMatchObject({ code: 0 });
  await control.query(APP, "INSERT INTO jobs (amount, done_at) VALUES ('12.50', now()), ('3.00', now())");
  newCommit = await world.repository.commit({
    ...databaseAppFiles({ version: 2 }),
    'web.js': WEB.replace('settings', 'shop_settings'),
  });
  await control.act(APP, { action: 'scale', formation: { web: 1, worker: 1 } });
  await control.act(APP, { action: 'restart' });
  await expectServing();
  found = await control.dump(APP);
});

afterAll(async () => {
  await helper.remove();
  await world.close();
});

const app = (): Promise<AppView> => world.heroku.control.app(APP);
const lapse = (factor: number) => ({ env: { HEROKU_CD_TIME_LAPSE: String(factor) } });

const POLICY = ['--on-migration-failure', 'restore', '--stop-web', '--backup-timeout', '2m'];
const MIGRATION = ['--migrate-command', 'node migrate.js --fail-at 2.5'];

/** Deploys the new code with its migration, half of which is applied before it fails. */
async function deploy(
  ...flags: readonly string[]
): Promise<{ code: number | null; stdout: string; result: Result }> {
  const given = ['deploy', ...(flags.length === 0 ? MIGRATION : flags), ...POLICY];
  const env = { HEROKU_CD_REVISION: newCommit, HEROKU_CD_TIME_LAPSE: '30' };
  const { code, stdout } = await helper.run(given, { env });
  const file = join(helper.folder, 'home', '.heroku-cd', APP, 'result.json');
  return { code, stdout, result: JSON.parse(await readFile(file, 'utf8')) as Result };
}

async function expectServing(): Promise<void> {
  const { maintenance } = await world.heroku.control.until(
    APP,
    ({ dynos }) => dynos.filter(({ type, state }) => type === 'web' && state === 'up').length === 1,
  );
  expect(maintenance).toBe(false);
  const { formation } = await app();
  expect(formation.map(({ type, quantity }) => `${type}=${quantity}`)).toEqual(['web=1', 'worker=1']);
}

/** In the window that a run holds; then the app is opened with the code from before. */
async function restoreByHand(backup: string): Promise<void> {
  const { control } = world.heroku;
  const restored = await helper.run(['backup', 'restore', backup, '--confirm', APP], lapse(30));
  expect({ code: restored.code, stdout: restored.stdout }).toMatchObject({ code: 0 });
  expect(restored.stdout).toContain('The window is held, and stays so');
  expect(await control.dump(APP)).toBe(found);
  await control.act(APP, { action: 'release', slug: oldSlug });
  const opened = await helper.run(['recover', '--release-hold'], lapse(30));
  expect({ code: opened.code, stdout: opened.stdout }).toMatchObject({ code: 0 });
  await expectServing();
}

/** The code from before, as the app was found. */
async function expectOldCode(): Promise<void> {
  const { releases } = await app();
  expect(releases.find(({ current }) => current)?.slug).toBe(oldSlug);
}

describe('on-migration-failure: restore', () => {
  it('brings schema, data, code and processes back, with a web dyno idle in a transaction meanwhile', async () => {
    const { control } = world.heroku;
    await control.changeSettings(APP, { restoreMs: 1_500 });
    const deployed = deploy();
    await control.until(APP, ({ transfers }) => transfers.at(-1)?.name === 'r003');
    await control.act(APP, { action: 'scale', formation: { web: 1 } });
    const { code, stdout, result } = await deployed;

    expect({ code, stdout }).toMatchObject({ code: 1 });
    expect(result).toMatchObject({ verdict: 'failed', database: 'restored', backups: ['b001', 'b002'] });
    expect(stdout).toContain('Step 2.4');
    expect(stdout).toMatch(/web.* came back while the window is open; stopping again/);
    expect(await control.dump(APP)).toBe(found);
    await expectOldCode();
    await expectServing();
    await control.changeSettings(APP, { restoreMs: 0 });
  });

  const fault = (method: string, path: string, nth = 1): FaultRequest => ({
    match: { method, path, nth, times: 50 },
    effect: { kind: 'status', status: 422, message: 'Not now.' },
  });
  it.each<[string, FaultRequest | { restoreResult: 'fail' | 'stay-running' }, boolean]>([
    ['the backup of the broken state', fault('POST', '/backups$', 2), false],
    ['emptying the database', fault('PUT', '/reset$'), true],
    ['asking for the restore', fault('POST', '/restores$'), true],
    ['a restore that fails', { restoreResult: 'fail' }, true],
    ['a restore that never ends', { restoreResult: 'stay-running' }, true],
    ['the code from before', fault('POST', `/apps/${APP}/releases$`, 2), true],
    ['the processes and the page', fault('PATCH', `/apps/${APP}$`, 2), true],
  ])('ends held, with the backups named, when this fails: %s', async (_step, trouble, hasSafety) => {
    const { control } = world.heroku;
    if ('match' in trouble) await control.addFault(trouble);
    else await control.changeSettings(APP, trouble);
    const { code, stdout, result } = await deploy();
    expect({ code, stdout }).toMatchObject({ code: 3 });
    const [first = '', second = ''] = result.backups;
    expect(result.backups).toHaveLength(hasSafety ? 2 : 1);
    expect(stdout).toContain(
      hasSafety
        ? `backups     ${first} (before the migration), ${second} (before the restore)`
        : `backups     ${first} (before the migration)`,
    );
    expect((await app()).maintenance).toBe(true);
    const held = await helper.run(['recover']);
    expect(held.code).toBe(3);
    expect(held.stdout).toContain(first);

    await control.clearFaults();
    await control.changeSettings(APP, { restoreResult: 'succeed' });
    const pending = (await app()).transfers.find(({ state }) => state === 'running');
    if (pending !== undefined) await control.act(APP, { action: 'cancel-transfer' });
    if (stdout.includes('backup restore')) {
      // What may be empty is not to be migrated.
      const again = await deploy();
      expect({ code: again.code, stdout: again.stdout }).toMatchObject({ code: 3 });
    }
    await restoreByHand(first);
  });

  it('stays held when the run is killed in the middle of the restore', async () => {
    const { control } = world.heroku;
    const pidFile = join(helper.folder, 'pid');
    const node = join(helper.folder, 'node.sh');
    await writeFile(node, `#!/bin/sh\necho $$ > ${pidFile}\nexec ${process.execPath} "$@"\n`, {
      mode: 0o755,
    });
    await control.changeSettings(APP, { restoreResult: 'stay-running' });
    const env = { HEROKU_CD_REVISION: newCommit, HEROKU_CD_TIME_LAPSE: '20' };
    const killed = helper.run(['deploy', ...MIGRATION, ...POLICY], { env }, node);
    const isRestoring = ({ name, state }: TransferView): boolean =>
      name.startsWith('r') && state === 'running';
    const { transfers } = await control.until(APP, (one) => one.transfers.some(isRestoring));
    process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL');
    expect((await killed).code).toBe(null);

    const [first, second] = transfers.filter(({ name }) => name.startsWith('b')).slice(-2);
    const recovered = await helper.run(['recover'], lapse(30));
    expect({ code: recovered.code, stdout: recovered.stdout }).toMatchObject({ code: 4 });
    expect(recovered.stdout).toContain(
      `${first?.name} (before the migration), ${second?.name} (before the restore)`,
    );
    expect((await app()).maintenance).toBe(true);
    const again = await deploy();
    expect({ code: again.code, stdout: again.stdout }).toMatchObject({ code: 3 });
    await control.act(APP, { action: 'cancel-transfer' });
    await control.changeSettings(APP, { restoreResult: 'succeed' });
    await restoreByHand(first?.name ?? '');
  });
});

describe('backup restore', () => {
  it('refuses before it touches anything: another name, no such backup, one that never finished', async () => {
    for (const [args, says] of [
      [['b001', '--confirm', 'shop'], 'confirm'],
      [['b999', '--confirm', APP], 'not there any more'],
      [['last', '--confirm', APP], 'the id of a backup is wanted'],
    ] as const) {
      await helper.expectRefusal({ args: ['backup', 'restore', ...args] }, { exitCode: 2, says: [says] });
    }
  });

  it('puts everything back when the backup of what is there fails, and serves what it restored otherwise', async () => {
    const { control } = world.heroku;
    const before = (await app()).transfers.filter(({ name }) => name.startsWith('b')).at(-1)?.name ?? '';
    const captured = await helper.run(['backup', 'capture', '--json']);
    const { backup } = JSON.parse(captured.stdout) as { backup: string };
    expect(backup > before).toBe(true);
    await control.query(APP, "UPDATE settings SET value = 'Goodbye'");
    await control.changeSettings(APP, { backupResult: 'fail' });
    const failed = await helper.run(['backup', 'restore', backup, '--confirm', APP], lapse(30));
    expect({ code: failed.code, stdout: failed.stdout }).toMatchObject({ code: 1 });
    await expectServing();
    expect(await control.query(APP, 'SELECT value FROM settings')).toEqual([{ value: 'Goodbye' }]);

    await control.changeSettings(APP, { backupResult: 'succeed' });
    const { exitCode, log } = await world.deploy({
      steps: [{ 'heroku-cd/restore-database': { 'app-name': APP, 'backup-id': backup, confirm: APP } }],
      environment: { HEROKU_CD_TIME_LAPSE: '20' },
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toMatch(
      /b\d+ is restored to postgresql-\S+ of corner-shop; b\d+ is a backup of what was there/,
    );
    expect(await control.dump(APP)).toBe(found);
    await expectServing();
  });
});

describe('the same migration, mended', () => {
  it('succeeds afterwards', async () => {
    const { code, stdout, result } = await deploy('--migrate-command', 'node migrate.js');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(result.database).toBe('migrated');
    expect(
      await world.heroku.control.query(APP, 'SELECT max(version) AS version FROM schema_version'),
    ).toEqual([{ version: 2 }]);
  });
});
