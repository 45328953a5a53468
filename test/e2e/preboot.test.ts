import { APP_FILES } from './support/repository.ts';
import { HelperDeploys } from './support/helper-deploys.ts';
import { APP } from './support/world.ts';

let deploys: HelperDeploys;
let number = 0;

beforeAll(async () => {
  deploys = await HelperDeploys.create();
  const { control } = deploys.world.heroku;
  await control.act(APP, { action: 'resize', sizes: { web: 'standard-1x' } });
  await control.changeSettings(APP, { prebootOverlapMs: 300 });
});
beforeEach(async () => {
  await deploys.world.heroku.control.act(APP, { action: 'feature', name: 'preboot', enabled: true });
  await deploys.world.heroku.control.clearRequests();
});
afterEach(() => deploys.world.heroku.control.clearFaults());
afterAll(() => deploys.close());

const BREAKING = { 'breaking-migration': 'true', 'migrate-command': 'true' };
const AS_FOUND = { page: false, worker: 1, preboot: true };

const commit = (files: Readonly<Record<string, string>> = {}): Promise<string> =>
  deploys.world.repository.commit({ ...APP_FILES, 'code.txt': String((number += 1)), ...files });

/** What preboot was switched to, in order. */
async function switches(): Promise<boolean[]> {
  const requests = await deploys.world.heroku.control.requests();
  return requests
    .filter(({ method, path }) => method === 'PATCH' && path.includes('/features/preboot'))
    .map((_request, index) => index % 2 === 1);
}

test('a breaking migration: off for the run, so that no dyno of before is waited for, and on again at its end', async () => {
  await commit();
  const planned = await deploys.run('plan', BREAKING);
  const { exitCode, log } = await deploys.run('deploy', BREAKING);

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toMatch(
    /Preboot of corner-shop is off[^]*== ship succeeded[^]*Preboot of corner-shop is on again/,
  );
  expect(log).not.toContain('Dynos of earlier releases still run');
  expect(await deploys.state()).toEqual(AS_FOUND);
  const acts = (planned.answer as { acts: { what: string; undo: string }[] }).acts;
  expect(acts.filter(({ what }) => what.includes('preboot'))).toEqual([
    expect.objectContaining({ what: 'switch preboot off', undo: 'switch preboot on again' }),
    expect.objectContaining({ what: 'switch preboot on again' }),
  ]);
});

test('without the parameter, and where nothing is pending, it is left alone', async () => {
  await commit({ 'db/1.sql': '' });
  await deploys.run('deploy', { 'migrate-command': 'true', 'scale-down': 'none' });
  await commit();
  const { exitCode } = await deploys.run('deploy', { ...BREAKING, 'migration-paths': 'db/**' });

  expect(exitCode).toBe(0);
  expect(await switches()).toEqual([]);
  expect(await deploys.state()).toEqual(AS_FOUND);
});

test('a build that fails puts it back with all else', async () => {
  await commit();
  await deploys.world.heroku.control.changeSettings(APP, { buildResult: 'fail' });
  const { exitCode, log } = await deploys.run('deploy', BREAKING);
  await deploys.world.heroku.control.changeSettings(APP, { buildResult: 'succeed' });

  expect({ exitCode, log }).toMatchObject({ exitCode: 1 });
  expect(log).toContain('Undo: switch preboot of corner-shop on again');
  expect(await switches()).toHaveLength(2);
  expect(await deploys.state()).toEqual(AS_FOUND);
});

test('a held window keeps it off; the run that continues the window puts it back', async () => {
  await commit();
  const failed = await deploys.run('deploy', { ...BREAKING, 'migrate-command': 'exit 7' });
  expect(failed.exitCode).toBe(3);
  expect(await deploys.state()).toEqual({ page: true, worker: 0, preboot: false });

  const { exitCode, log } = await deploys.run('deploy', BREAKING);
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(await deploys.state()).toEqual(AS_FOUND);
});

test('a held window that is opened as it is gets it back, too', async () => {
  await commit();
  await deploys.run('deploy', { ...BREAKING, 'migrate-command': 'exit 7' });
  const { exitCode, log } = await deploys.run('recover', { 'release-hold': 'true' });

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(await deploys.state()).toEqual(AS_FOUND);
});

test('a run that was lost after it had switched preboot off leaves it to recover, which switches it on', async () => {
  await commit();
  const prepared = await deploys.run('deploy', { ...BREAKING, maintenance: 'never', until: 'window' });
  expect(prepared.exitCode).toBe(0);
  await deploys.world.heroku.control.act(APP, { action: 'feature', name: 'preboot', enabled: false });

  const { exitCode, log } = await deploys.run('recover');
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toContain('Preboot of corner-shop is on again.');
  expect(await deploys.state()).toEqual(AS_FOUND);
});

test('where Heroku refuses the switch, that is said, and the migration runs behind the wait for old dynos', async () => {
  await commit();
  await deploys.world.heroku.control.addFault({
    match: { surface: 'api', method: 'PATCH', path: 'features/preboot' },
    effect: { kind: 'status', status: 422, id: 'invalid_params', message: 'Not for this app.' },
  });
  const { exitCode, result, log } = await deploys.run('deploy', BREAKING, 5);

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toMatch(/WARNING: Preboot of corner-shop cannot be switched off here: .*Not for this app/);
  expect(log).toContain('Dynos of earlier releases still run');
  expect(result).toMatchObject({ migration: { exitStatus: 0 } });
  expect(await deploys.state()).toEqual(AS_FOUND);
});

test('that it cannot be switched on again is named at the end, with the command', async () => {
  await commit();
  await deploys.world.heroku.control.addFault({
    match: { surface: 'api', method: 'PATCH', path: 'features/preboot', nth: 2, times: 9 },
    effect: { kind: 'status', status: 422, id: 'invalid_params', message: 'Not for this app.' },
  });
  const { exitCode, result } = await deploys.run('deploy', BREAKING);

  expect(exitCode).toBe(5);
  expect(result).toMatchObject({
    database: 'migrated',
    error: {
      what: 'Preboot of corner-shop, which was on, could not be switched on again.',
      next: 'heroku features:enable preboot -a corner-shop',
    },
  });
  expect(await deploys.state()).toEqual({ page: false, worker: 1, preboot: false });
});
