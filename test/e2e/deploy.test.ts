import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world.close();
});

/** Git pushes that the local Heroku took, by its own count of packs received. */
function pushes(): number {
  return world.heroku.control.requests().filter((entry) => entry.path.endsWith('/git-receive-pack')).length;
}

test('the first deployment serves the exact commit', async () => {
  const commit = await world.repository.commit(APP_FILES);
  expect(await world.visit()).toMatch(/^503/);

  const { job, exitCode, result, log } = await world.deploy();

  expect(log).toContain('is current on corner-shop');
  expect({ status: job.status, exitCode }).toEqual({ status: 'success', exitCode: 0 });
  expect(result).toMatchObject({
    schemaVersion: 1,
    verdict: 'succeeded',
    exitCode: 0,
    app: APP,
    revision: commit,
    releaseAfter: { commit },
    maintenance: { before: false, after: false, windowSeconds: null },
    database: 'untouched',
    error: null,
  });
  expect(result?.phases.map((phase) => `${phase.name} ${phase.outcome}`)).toEqual([
    'preflight succeeded',
    'snapshot succeeded',
    'preflight succeeded',
    'snapshot succeeded',
    'ship succeeded',
    'release succeeded',
    'report succeeded',
  ]);
  expect(await world.visit()).toBe('200 one');
});

test('a second deployment replaces the first, and the formation stays as it was scaled', async () => {
  await world.repository.commit(APP_FILES);
  await world.deploy();
  const second = await world.repository.commit({ 'greeting.txt': 'two' });

  const { exitCode, result } = await world.deploy();

  expect(exitCode).toBe(0);
  expect(result?.releaseAfter).toMatchObject({ commit: second });
  expect(result?.formation.after).toEqual(result?.formation.before);
  expect(await world.visit()).toBe('200 two');
});

test('the same commit again pushes nothing, and is green', async () => {
  const commit = await world.repository.commit(APP_FILES);
  await world.deploy();
  const before = pushes();

  const { exitCode, result, log } = await world.deploy();

  expect(exitCode).toBe(0);
  expect(log).toContain('nothing is pushed');
  expect(pushes()).toBe(before);
  expect(result).toMatchObject({ releaseBefore: { commit }, releaseAfter: { commit } });
  expect(result?.releaseAfter?.version).toBe(result?.releaseBefore?.version);
});

test('a commit that was rolled back is deployed by its slug, without a build', async () => {
  const first = await world.pushByHand();
  await world.pushByHand({ 'greeting.txt': 'two' });
  const builds = world.app().builds.length;

  const { exitCode, result } = await world.deploy({ revision: first, parameters: { force: true } });

  expect(exitCode).toBe(0);
  expect(result?.releaseAfter?.commit).toBe(first);
  expect(world.app().builds.length).toBe(builds);
  expect(await world.visit()).toBe('200 one');
});

test('a release without web is taken back, where web dynos ran before: nobody would be served', async () => {
  await world.pushByHand();
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 2, worker: 3 } });
  const before = await world.formation();
  await world.repository.commit({ Procfile: 'wbe: node web.js\nworker: exec sleep 86400\n' });

  const { exitCode, log } = await world.deploy();

  expect({ exitCode, log }).toMatchObject({ exitCode: 1 });
  expect(log).toContain('has no process type web, and nobody would be served');
  expect(await world.formation()).toEqual(before);
  expect(await world.visit()).toBe('200 one');
});
