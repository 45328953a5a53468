import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;
let before: readonly string[];

beforeEach(async () => {
  world = await createWorld();
  await world.pushByHand();
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 2, worker: 3 } });
  before = await world.formation();
  await world.repository.commit({ 'greeting.txt': 'two' });
});

afterEach(async () => {
  await world.close();
});

const migrateWith = (command: string, more: Record<string, unknown> = {}): object => ({
  parameters: { 'migrate-command': command, ...more },
});

test('a migration runs in the window, its output is streamed, and the window closes as it was found', async () => {
  const { exitCode, result, log } = await world.deploy(migrateWith('echo creating tables; cat greeting.txt'));

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toContain('migrate | creating tables');
  expect(log).toContain('migrate | two');
  expect(log).toContain('exit status 0');
  expect(result).toMatchObject({
    verdict: 'succeeded',
    database: 'migrated',
    migration: { exitStatus: 0 },
    maintenance: { before: false, after: false },
  });
  expect(result?.phases.map((phase) => phase.name)).toEqual([
    'preflight',
    'snapshot',
    'preflight',
    'snapshot',
    'open window',
    'ship',
    'release',
    'migrate',
    'restart',
    'close window',
    'report',
  ]);
  expect(await world.formation()).toEqual(before);
  expect(await world.visit()).toBe('200 two');
});

test('a migration that fails holds the window: page up, workers down, exit 3; recover leaves it so', async () => {
  const { exitCode, result, log } = await world.deploy(migrateWith('echo half done; exit 7'));

  expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
  expect(log).toContain('exit status 7');
  expect(log).toContain('State now:');
  expect(log).toContain('maintenance on');
  expect(result).toMatchObject({ verdict: 'held', database: 'unknown', maintenance: { after: true } });
  const held = await world.heroku.control.app(APP);
  expect(held.maintenance).toBe(true);
  expect(held.formation.find((one) => one.type === 'worker')?.quantity).toBe(0);

  const recovered = await world.deploy({ orbJob: 'recover' });
  expect(recovered.exitCode).toBe(3);
  expect(recovered.log).toContain('State now:');
  expect((await world.heroku.control.app(APP)).maintenance).toBe(true);

  const opened = await world.deploy({ orbJob: 'recover', parameters: { 'release-hold': true } });
  expect(opened.exitCode).toBe(0);
  expect(await world.formation()).toEqual(before);
  expect((await world.heroku.control.app(APP)).maintenance).toBe(false);
});

test('a mended migration continues the held window, and puts back what was found before it', async () => {
  await world.deploy(migrateWith('exit 7'));

  const { exitCode, log } = await world.deploy(migrateWith('echo mended'));

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toContain('This run continues it.');
  expect(await world.formation()).toEqual(before);
  expect((await world.heroku.control.app(APP)).maintenance).toBe(false);
  expect(await world.visit()).toBe('200 two');
});

test.each([
  ['a refused push', { buildResult: 'fail' as const }, {}],
  ['a failing hook before the migration', {}, { 'before-migrate': 'exit 9' }],
])('a run that continues a held window leaves it held after %s', async (_case, settings, parameters) => {
  await world.deploy(migrateWith('exit 7'));
  await world.repository.commit({ 'greeting.txt': 'three' });
  await world.heroku.control.changeSettings(APP, settings);

  const { exitCode, log, result } = await world.deploy(migrateWith('echo mended', parameters));

  expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
  expect(result?.database).toBe('unknown');
  const held = await world.heroku.control.app(APP);
  expect(held.maintenance).toBe(true);
  expect(held.formation.find((one) => one.type === 'worker')?.quantity).toBe(0);

  await world.heroku.control.changeSettings(APP, { buildResult: 'succeed' });
  const mended = await world.deploy(migrateWith('echo mended'));
  expect(mended.exitCode).toBe(0);
  expect(await world.formation()).toEqual(before);
});

test('a run without a migration does not open a window that is held for one', async () => {
  await world.deploy(migrateWith('exit 7'));
  const { exitCode, log } = await world.deploy();
  expect(exitCode).toBe(2);
  expect(log).toContain('this run has none');
  expect((await world.heroku.control.app(APP)).maintenance).toBe(true);
});

test('rollback after a failed migration: the code from before serves, and exit 5 says that the database may differ', async () => {
  const { exitCode, result, log } = await world.deploy(
    migrateWith('exit 7', { 'on-migration-failure': 'rollback' }),
  );

  expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
  expect(result).toMatchObject({ verdict: 'incomplete', database: 'unknown', maintenance: { after: false } });
  expect(await world.formation()).toEqual(before);
  expect(await world.visit()).toBe('200 one');
});

test('a migration that outlives its limit is stopped, and the window is held', async () => {
  const { exitCode, log } = await world.deploy(migrateWith('sleep 600', { 'migrate-timeout': '2s' }));
  expect({ exitCode: [3, 4].includes(exitCode ?? 0), log }).toMatchObject({ exitCode: true });
  expect(log).toContain('migrate-timeout');
  expect((await world.heroku.control.app(APP)).maintenance).toBe(true);
});

test('hooks run inside the window; a failing one before the migration puts everything back', async () => {
  const good = await world.deploy(
    migrateWith('echo migrated', {
      'before-migrate': 'echo before: $((1 + 1))',
      'after-migrate': 'echo after',
    }),
  );
  expect(good.exitCode).toBe(0);
  expect(good.log).toContain('before-migrate | before: 2');
  expect(good.log.indexOf('before: 2')).toBeLessThan(good.log.indexOf('| migrated'));
  expect(good.log.indexOf('| migrated')).toBeLessThan(good.log.indexOf('after-migrate | after'));

  await world.repository.commit({ 'greeting.txt': 'three' });
  const bad = await world.deploy(migrateWith('echo migrated', { 'before-migrate': 'exit 9' }));
  expect(bad.exitCode).toBe(1);
  expect(bad.log).not.toContain('| migrated');
  expect(await world.formation()).toEqual(before);
  expect(await world.visit()).toBe('200 two');
});

test('a failing hook after the migration closes the window forward, and is red', async () => {
  const { exitCode, result } = await world.deploy(
    migrateWith('echo migrated', { 'after-migrate': 'exit 9' }),
  );
  expect(exitCode).toBe(5);
  expect(result?.database).toBe('migrated');
  expect(await world.formation()).toEqual(before);
  expect(await world.visit()).toBe('200 two');
});

test('push: false migrates what is deployed, without a clone', async () => {
  const { exitCode, log } = await world.deploy({
    steps: [
      {
        'heroku-cd/maintenance-wrapped-migrate': {
          'app-name': APP,
          push: false,
          'migrate-command': 'cat greeting.txt',
        },
      },
    ],
  });
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toContain('migrate | one');
  expect(await world.formation()).toEqual(before);
});

test('SIGTERM in the middle of a migration stops its dyno, learns its end, and holds', async () => {
  const controller = new AbortController();
  const run = world.deploy({
    ...migrateWith('echo begun; sleep 600'),
    terminate: controller.signal,
    terminationGraceMs: 50_000,
    output: {
      write: (text) => {
        if (text.includes('migrate | begun')) controller.abort();
      },
    },
  });
  const { job } = await run;
  expect(job.status).toBe('canceled');
  const held = await world.heroku.control.app(APP);
  expect(held.maintenance).toBe(true);
  expect(held.dynos.filter((dyno) => dyno.type === 'run' && dyno.listed)).toEqual([]);
});

test.each([
  ['before the migration: it does not run', 'before-migrate', 1],
  ['during the migration: that it succeeded does not make the run green', 'migrate-command', 5],
] as const)('without a window, somebody releases %s', async (_case, parameter, code) => {
  const { heroku, folder } = world;
  const go = join(folder, 'go');
  let log = '';
  const run = world.deploy({
    ...migrateWith('echo migrated', {
      maintenance: 'never',
      [parameter]: `echo begun; until [ -e '${go}' ]; do sleep 0.05; done`,
    }),
    output: {
      write: (text) => {
        log += text;
        if (!text.includes(`${parameter === 'migrate-command' ? 'migrate' : parameter} | begun`)) return;
        const first = world.app().releases.find(({ slug }) => slug !== null);
        void heroku.control
          .act(APP, { action: 'rollback', release: first?.id ?? '' })
          .then(() => writeFile(go, ''));
      },
    },
  });
  const { exitCode, result } = await run;
  expect({ exitCode, log }).toMatchObject({ exitCode: code });
  expect(log).toContain('Somebody else released in the meantime.');
  expect(log.includes('State now:')).toBe(code === 5);
  expect(log).not.toContain('| migrated');
  expect(result?.database).toBe(code === 5 ? 'migrated' : 'untouched');
});

test('without a window, `rollback` scales up again what the release of the failed migration had made Heroku forget', async () => {
  await world.repository.commit({ Procfile: 'web: node web.js\n' });
  const { exitCode, log } = await world.deploy(
    migrateWith('exit 7', { maintenance: 'never', 'on-migration-failure': 'rollback' }),
  );
  expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
  expect(await world.formation()).toEqual(before);
});
