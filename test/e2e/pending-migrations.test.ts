import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HelperDeploys, type HelperDeployment } from './support/helper-deploys.ts';

let deploys: HelperDeploys;
/** What migrations leave: dynos are processes of this machine. */
let place: (name: string) => string;
/** Counts up, so that every commit is a new one. */
let number = 0;

beforeAll(async () => {
  deploys = await HelperDeploys.create();
  place = (name) => join(deploys.world.folder, name);
});
beforeEach(() => {
  for (const name of ['ran', 'asked', 'schema']) rmSync(place(name), { force: true });
});
afterEach(() => deploys.world.heroku.control.clearFaults());
afterAll(() => deploys.close());

const FINE = { page: false, worker: 1 };
const PATHS = { 'migration-paths': 'db/migrate/**' };

/** A migration that is pending until it has run, and how to ask for it. */
const migration = () => ({ 'migrate-command': `echo ran >> ${place('ran')}; touch ${place('schema')}` });
const asking = () => ({
  'pending-migrations-command': `echo asked >> ${place('asked')}; test -e ${place('schema')}`,
});

const times = (name: string): number =>
  existsSync(place(name)) ? readFileSync(place(name), 'utf8').trim().split('\n').length : 0;

/** A new commit, with a file of a migration or without one. */
async function commit(what: 'code' | 'migration'): Promise<string> {
  number += 1;
  const name = what === 'code' ? 'code.txt' : `db/migrate/${number}.sql`;
  return deploys.world.repository.commit({ [name]: String(number) });
}

function deploy(parameters: Readonly<Record<string, string>>): Promise<HelperDeployment> {
  return deploys.run('deploy', parameters);
}

describe('migration-paths', () => {
  test('with a file of them changed, the window opens, the migration runs, and the window’s cost is told', async () => {
    await commit('migration');
    const { exitCode, result, log } = await deploy({ ...migration(), ...PATHS });

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toMatch(/migration-paths: db\/migrate\/1\.sql differs between \w{8} and \w{8}/);
    expect(result).toMatchObject({ database: 'migrated', migration: { exitStatus: 0 } });
    expect(log).toMatch(
      /The window was open for .*, of which:\n.* open window +\d.*\n.* ship +\d.*\n.* release .*\n.* migrate .*\n.* restart .*\n.* close window /,
    );
    expect(times('ran')).toBe(1);
    expect(await deploys.state()).toMatchObject(FINE);
  });

  test('with none of them changed, it is an ordinary deployment, without page and migration', async () => {
    const head = await commit('code');
    const planned = await deploys.run('plan', { ...migration(), ...PATHS });
    const { exitCode, result, log } = await deploy({ ...migration(), ...PATHS, backup: 'auto' });

    const line = /Nothing to migrate: no file of `migration-paths` differs between \w{8} and \w{8}\./;
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toMatch(line);
    expect(planned.answer).toMatchObject({ notes: expect.arrayContaining([expect.stringMatching(line)]) });
    expect((planned.answer as { acts: unknown[] }).acts).toHaveLength(1);
    expect(result).toMatchObject({
      database: 'untouched',
      migration: null,
      releaseAfter: { commit: head },
      maintenance: { before: false, after: false, windowSeconds: null },
    });
    expect(result?.phases.map(({ name }) => name)).not.toContain('open window');
    expect(result?.requests.byMethod).not.toHaveProperty('PATCH');
    expect(log).not.toContain('The window was open');
    expect(times('ran')).toBe(0);
  });

  test('with none of them changed, `maintenance: always` opens the window all the same, and migrates nothing', async () => {
    await commit('code');
    const { exitCode, result } = await deploy({ ...migration(), ...PATHS, maintenance: 'always' });

    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      migration: null,
      database: 'untouched',
      maintenance: { windowSeconds: expect.any(Number) },
    });
    expect(times('ran')).toBe(0);
    expect(await deploys.state()).toMatchObject(FINE);
  });

  test('of a commit that a run deployed without a migration, nothing is pending when it is run again', async () => {
    const { exitCode, result } = await deploy({ ...migration(), ...PATHS });

    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ migration: null, maintenance: { windowSeconds: null } });
  });

  test('that match nothing at all prove nothing: a migration is assumed', async () => {
    await commit('code');
    const { answer } = await deploys.run('plan', { ...migration(), 'migration-paths': 'db/migrations/**' });

    expect(answer).toMatchObject({
      notes: expect.arrayContaining([
        expect.stringMatching(/No file of \w{8} matches "db\/migrations\/\*\*", so a migration is assumed/),
      ]),
      acts: expect.arrayContaining([expect.objectContaining({ what: 'switch the maintenance page on' })]),
    });
  });

  test('after a migration that failed, unchanged files prove nothing', async () => {
    await commit('migration');
    const failed = await deploy({ 'migrate-command': 'exit 7', ...PATHS, maintenance: 'never' });
    expect(failed.exitCode).toBe(5);

    await commit('code');
    const { exitCode, result, log } = await deploy({ ...migration(), ...PATHS });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toMatch(/The migration of a run before is not proven to have succeeded/);
    expect(result).toMatchObject({ migration: { exitStatus: 0 } });
  });

  test('need a migration that they could belong to', async () => {
    const { exitCode, log } = await deploy(PATHS);
    expect(exitCode).toBe(2);
    expect(log).toContain('migration-paths: there is no migration that it could belong to.');
  });
});

describe('pending-migrations-command', () => {
  test('is asked about a new commit once it is released, and again as proof', async () => {
    await commit('code');
    const { exitCode, result, log } = await deploy({ ...migration(), ...asking() });

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(result).toMatchObject({ database: 'migrated', migration: { exitStatus: 0 } });
    expect([times('asked'), times('ran')]).toEqual([2, 1]);
    expect(log.indexOf('Migrations are pending (exit status 1)')).toBeGreaterThan(
      log.indexOf('== release succeeded'),
    );
    expect(await deploys.state()).toMatchObject(FINE);
  });

  test('that says in the window that nothing is pending keeps the migration from running', async () => {
    writeFileSync(place('schema'), '');
    const head = await commit('code');
    const { exitCode, result, log } = await deploy({ ...migration(), ...asking() });

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toContain('Nothing to migrate: `pending-migrations-command` says so of the new release.');
    expect(result).toMatchObject({ database: 'untouched', migration: null, releaseAfter: { commit: head } });
    expect([times('asked'), times('ran')]).toEqual([1, 0]);
    expect(await deploys.state()).toMatchObject(FINE);
  });

  test('is asked about a deployed commit before any window: nothing pending, nothing done', async () => {
    writeFileSync(place('schema'), '');
    const { exitCode, result, log } = await deploys.run('deploy', { ...migration(), ...asking() });

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toContain('says so of the code that is deployed');
    expect(result?.requests.byMethod).not.toHaveProperty('PATCH');
    expect([times('asked'), times('ran')]).toEqual([1, 0]);
  });

  test('is asked about a deployed commit before any window: something pending is migrated, and proven', async () => {
    const { exitCode, result } = await deploys.run('deploy', { ...migration(), ...asking() });

    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      migration: { exitStatus: 0 },
      maintenance: { windowSeconds: expect.any(Number) },
    });
    expect([times('asked'), times('ran')]).toEqual([2, 1]);
  });

  test('that still says pending after a migration that ended with 0 is no success: the window is closed, and it is named', async () => {
    const { exitCode, result, log } = await deploy({ 'migrate-command': 'true', ...asking() });

    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(result).toMatchObject({
      verdict: 'incomplete',
      database: 'migrated',
      maintenance: { after: false },
      error: { phase: 'migrate', what: expect.stringContaining('migrations are still pending') },
    });
    expect(await deploys.state()).toMatchObject(FINE);

    await commit('code');
    const next = await deploys.run('plan', { ...migration(), ...PATHS });
    expect(next.answer).toMatchObject({
      notes: expect.arrayContaining([expect.stringContaining('not proven to have succeeded')]),
    });
  });

  test('that cannot be run is no answer: it is migrated, and not proven', async () => {
    const { exitCode, result, log } = await deploy({
      ...migration(),
      'pending-migrations-command': 'no-such-program',
    });

    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(times('ran')).toBe(1);
    expect(log).toContain('WARNING: pending-migrations-command gave no answer: exit status 127.');
    expect(result?.error?.what).toContain('is not proven');
  });
});

describe('a migration whose end got lost', () => {
  /** The connection breaks, and the log tells nothing: about the migration alone, which is asked for first. */
  async function lost(rest: string, pending: string): Promise<HelperDeployment> {
    const { control } = deploys.world.heroku;
    // Asked in preflight, then migrated, then asked again.
    await control.addFault({
      match: { surface: 'rendezvous', nth: 2, times: 1 },
      effect: { kind: 'cut', bytes: 4 },
    });
    await control.addFault({
      match: { surface: 'api', path: 'log-sessions' },
      effect: { kind: 'status', status: 403 },
    });
    return deploy({
      'migrate-command': `echo begun; sleep 0.3; ${rest}`,
      'pending-migrations-command': pending,
      maintenance: 'never',
    });
  }

  test('has succeeded where nothing is pending any more', async () => {
    const { exitCode, result, log } = await lost(
      `touch ${place('schema')}`,
      asking()['pending-migrations-command'],
    );

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toContain('The migration succeeded: nothing is pending any more.');
    expect(result).toMatchObject({ database: 'migrated', migration: { exitStatus: null } });
    expect(times('asked')).toBe(2);
  });

  test('has failed where it is pending still', async () => {
    const { exitCode, result, log } = await lost('exit 7', asking()['pending-migrations-command']);

    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(result).toMatchObject({
      database: 'unknown',
      migration: { exitStatus: null },
      error: { what: expect.stringContaining('its dyno is gone, and migrations are still pending') },
    });
  });

  test('and without an answer either is unknown; without a window, the next run continues none', async () => {
    const { exitCode, result, log } = await lost('true', 'exit 127');

    expect({ exitCode, log }).toMatchObject({ exitCode: 4 });
    expect(result).toMatchObject({ verdict: 'unknown', database: 'unknown' });
    expect(log).not.toContain('--release-hold');

    await deploys.world.heroku.control.clearFaults();
    const next = await deploy({ ...migration(), maintenance: 'never' });
    expect({ exitCode: next.exitCode, log: next.log }).toMatchObject({ exitCode: 0 });
    expect(next.log).not.toMatch(/holds the window|continues/);
    expect(next.result).toMatchObject({ migration: { exitStatus: 0 } });
  });
});
