import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world.close();
});

/** Everything about the app that a refused run must not have touched. */
async function fingerprint(): Promise<unknown> {
  const { releases, builds, formation, maintenance, configVars, git, features } =
    await world.heroku.control.app(APP);
  return { releases, builds, formation, maintenance, configVars, git, features };
}

/** Requests that change something, or try to. */
function changes(): readonly string[] {
  return world.heroku.control
    .requests()
    .filter((entry) => entry.surface === 'api' && entry.method !== 'GET')
    .map((entry) => `${entry.method} ${entry.path}`);
}

test('a push that Heroku refuses is red; the app serves what it served', async () => {
  await world.pushByHand();
  await world.repository.commit({ 'greeting.txt': 'two' });
  await world.heroku.control.changeSettings(APP, {
    buildResult: 'fail',
    buildOutput: ['npm ERR! no such package'],
  });

  const { exitCode, result, log } = await world.deploy();

  expect(exitCode).toBe(1);
  expect(log).toContain('npm ERR! no such package');
  expect(log.match(/ERROR:/g)).toHaveLength(1);
  expect(result).toMatchObject({ verdict: 'failed', database: 'untouched', error: { phase: 'ship' } });
  expect(result?.releaseAfter).toEqual(result?.releaseBefore);
  expect(await world.visit()).toBe('200 one');
});

test('a commit that does not descend from the deployed one needs force, which carries a lease', async () => {
  const root = await world.repository.commit(APP_FILES);
  const deployed = await world.pushByHand({ 'greeting.txt': 'two' });
  await world.repository.git('checkout', '--quiet', '-b', 'other', root);
  const elsewhere = await world.repository.commit({ 'greeting.txt': 'three' });
  const before = await fingerprint();

  const refused = await world.deploy({ branch: 'other' });

  expect(refused.exitCode).toBe(2);
  expect(refused.log).toContain(elsewhere.slice(0, 8));
  expect(refused.log).toContain(deployed.slice(0, 8));
  expect(refused.log).toContain('force: true');
  expect(await fingerprint()).toEqual(before);

  const forced = await world.deploy({ branch: 'other', parameters: { force: true } });

  expect(forced.exitCode).toBe(0);
  expect(forced.log).toContain('v4 is current');
  expect((await world.heroku.control.app(APP)).git.main).toBe(elsewhere);
  expect(await world.visit()).toBe('200 three');
});

test('an old build that is started again is told so', async () => {
  const first = await world.repository.commit(APP_FILES);
  await world.pushByHand({ 'greeting.txt': 'two' });

  const { exitCode, log } = await world.deploy({ revision: first });

  expect(exitCode).toBe(2);
  expect(log).toContain('an old build that was started again');
});

test('after a rollback at Heroku, a new commit deploys without force', async () => {
  await world.pushByHand();
  await world.pushByHand({ 'greeting.txt': 'two' });
  await world.heroku.control.act(APP, { action: 'rollback', release: '3' });
  const third = await world.repository.commit({ 'greeting.txt': 'three' });

  const { exitCode, result } = await world.deploy();

  expect(exitCode).toBe(0);
  expect(result?.releaseAfter?.commit).toBe(third);
  expect(await world.visit()).toBe('200 three');
});

test('a fix on top of what was rolled back to deploys though Heroku’s branch is elsewhere', async () => {
  const first = await world.pushByHand();
  await world.pushByHand({ 'greeting.txt': 'bad' });
  await world.heroku.control.act(APP, { action: 'rollback', release: '3' });
  await world.repository.git('reset', '--quiet', '--hard', first);
  const fix = await world.repository.commit({ 'greeting.txt': 'fixed' });

  const { exitCode, result, log } = await world.deploy();

  expect(log).toContain('Builds API');
  expect(exitCode).toBe(0);
  expect(result?.releaseAfter?.commit).toBe(fix);
  expect(await world.visit()).toBe('200 fixed');
});

test('a wrong key is refused before anything is asked of the app', async () => {
  await world.repository.commit(APP_FILES);
  const before = await fingerprint();

  const { exitCode, log } = await world.deploy({ context: { HEROKU_API_KEY: 'HRKU-00000000-wrong' } });

  expect(exitCode).toBe(2);
  expect(log).toContain('heroku authorizations:create');
  expect(log).not.toContain('HRKU-00000000-wrong');
  expect(await fingerprint()).toEqual(before);
});

test('an app that the key does not see is refused by its name', async () => {
  await world.repository.commit(APP_FILES);
  const { exitCode, log } = await world.deploy({ parameters: { 'app-name': 'somebody-elses' } });
  expect(exitCode).toBe(2);
  expect(log).toContain('somebody-elses');
  expect(changes()).toEqual([]);
});

test('a collaborator who may only look is told what to ask for', async () => {
  await world.repository.commit(APP_FILES);
  const key = 'HRKU-11111111-0000-4000-8000-000000000001';
  await world.heroku.control.createAccount({ email: 'viewer@example.com', keys: [{ key }] });
  await world.heroku.control.setPermissions(APP, 'viewer@example.com', ['view']);

  const { exitCode, log } = await world.deploy({ context: { HEROKU_API_KEY: key } });

  expect(exitCode).toBe(2);
  expect(log).toContain('deploy');
  expect(changes()).toEqual([]);
});

test('deploy-user refuses somebody else’s key, and accepts its own', async () => {
  await world.repository.commit(APP_FILES);
  const refused = await world.deploy({ parameters: { 'deploy-user': 'ops@example.com' } });
  expect(refused.exitCode).toBe(2);
  expect(refused.log).toContain('deploy-user');
  expect(refused.log).not.toContain('deploy@example.com');
  expect(changes()).toEqual([]);

  const accepted = await world.deploy({ parameters: { 'deploy-user': 'Deploy@example.com' } });
  expect(accepted.exitCode).toBe(0);
});

test('another node of a parallel job ends green and asks nothing', async () => {
  await world.repository.commit(APP_FILES);
  const steps = [{ checkout: { method: 'full' } }, { 'heroku-cd/deploy': { 'app-name': APP } }];

  const second = await world.deploy({ steps, jobKeys: { parallelism: 2 }, node: { index: 1, total: 2 } });
  expect(second.exitCode).toBe(0);
  expect(second.log).toContain('node 0 does');
  expect(world.heroku.control.requests()).toEqual([]);

  const first = await world.deploy({ steps, jobKeys: { parallelism: 2 }, node: { index: 0, total: 2 } });
  expect(first.exitCode).toBe(0);
  expect(await world.visit()).toBe('200 one');
});

test('a pull request from a fork is never deployed', async () => {
  await world.repository.commit(APP_FILES);
  const { exitCode, log } = await world.deploy({ builtIns: { CIRCLE_PR_NUMBER: '17' } });
  expect(exitCode).toBe(2);
  expect(log).toContain('fork');
  expect(world.heroku.control.requests()).toEqual([]);
});
