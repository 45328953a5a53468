import { setTimeout as delay } from 'node:timers/promises';
import type { HelperDeployment } from './support/helper-deploys.ts';
import { FILES, HealthApp } from './support/health-app.ts';
import { APP, type World } from './support/world.ts';

const ROLLBACK = { 'health-check-url': '/', 'on-unhealthy': 'rollback' };

let app: HealthApp;
let world: World;

beforeAll(async () => {
  app = await HealthApp.create();
  world = app.world;
});
afterAll(() => app.close());

afterEach(async () => {
  await world.heroku.control.clearFaults();
});

/** Until the app was asked by way of the router. */
async function asked(): Promise<void> {
  const end = Date.now() + 60_000;
  while (!world.heroku.control.requests().some(({ surface }) => surface === 'router')) {
    if (Date.now() > end) throw new Error('Nobody has asked the app.');
    await delay(20);
  }
}

describe('a rollback', () => {
  const unhealthy = (parameters: Readonly<Record<string, string>> = {}): Promise<HelperDeployment> =>
    app.deploys.run('deploy', { ...ROLLBACK, 'health-timeout': '30s', ...parameters });

  it.each([
    ['`migrate-command`', { 'migrate-command': 'true' }, {}],
    ['a release phase', {}, { Procfile: `${FILES['Procfile'] ?? ''}release: true\n` }],
  ])('is refused before anything is touched, together with %s', async (_how, parameters, files) => {
    const good = await app.deployed();
    await app.commit(files);
    world.heroku.control.clearRequests();
    const { exitCode, log } = await unhealthy(parameters);
    expect({ exitCode, log }).toMatchObject({ exitCode: 2 });
    expect(log).toContain('on-unhealthy: ');
    expect(world.heroku.control.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await app.serving()).toBe(good);
    await world.repository.commit({ Procfile: FILES['Procfile'] ?? '' });
  });

  it('across a migration that is backward compatible leaves what it did to the database, and says so', async () => {
    const good = await app.deployed();
    await app.commit({ 'status.txt': '500' });
    const given = { 'migrate-command': 'true', 'migration-is-backward-compatible': 'true', backup: 'never' };
    const { exitCode, log, result } = await unhealthy(given);
    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(log).toContain('What the migration did to the database stays.');
    expect(result).toMatchObject({ database: 'migrated', releaseAfter: { commit: good } });
  });

  it('is not made of what was deployed already', async () => {
    const bad = await app.deployed({ 'status.txt': '500' });
    const { exitCode, log } = await unhealthy();
    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(log).toContain('nothing is rolled back, because this run deployed nothing');
    expect(await app.serving()).toBe(bad);
  });

  it('to code that is not healthy either is said to be one', async () => {
    const before = await app.deployed({ 'status.txt': '500' });
    await app.commit({ 'status.txt': '501' });
    const { exitCode, log } = await unhealthy();
    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(log).toMatch(/serves again\. corner-shop did not become healthy .* answered 500\./);
    expect(await app.serving()).toBe(before);
  });

  it.each([
    // What stands in the files is the code's that runs it.
    ['flushes again, for the code that serves now', 'echo "caches of $(cat status.txt)"', 1],
    ['says so where that flush fails', 'echo "caches of $(cat status.txt)"; grep -q 500 status.txt', 5],
  ])('%s', async (_what, command, code) => {
    const good = await app.deployed();
    await app.commit({ 'status.txt': '500' });
    const { exitCode, log, result } = await unhealthy({ 'flush-command': command });
    expect({ exitCode, log }).toMatchObject({ exitCode: code });
    expect([...log.matchAll(/flush \| (caches of \d+)/g)].map(([, said]) => said)).toEqual([
      'caches of 500',
      'caches of 200',
    ]);
    const flushed = code === 1;
    const phases = result?.phases.map(({ name, outcome }) => `${name} ${outcome}`) ?? [];
    expect(phases.slice(phases.indexOf('health failed'))).toEqual([
      'health failed',
      'rollback succeeded',
      `flush caches ${flushed ? 'succeeded' : 'failed'}`,
      'health succeeded',
      'report succeeded',
    ]);
    expect(result).toMatchObject({ releaseAfter: { commit: good }, error: { phase: 'health' } });
    if (flushed) return;
    expect(log).toMatch(/WARNING: .*flush-command ended with exit status 1/);
    expect(result?.error?.next).toMatch(/^heroku-cd run --app-name corner-shop -- /);
    expect(result?.error?.why).toContain('flush-command ended with exit status 1');
  });

  it('that Heroku refuses leaves the new code serving, and names what would go back', async () => {
    await app.deployed();
    const bad = await app.commit({ 'status.txt': '500' });
    await world.heroku.control.addFault({
      match: { surface: 'api', method: 'POST', path: '/releases$' },
      effect: { kind: 'status', status: 422 },
    });
    const { exitCode, log } = await unhealthy();
    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(log).toMatch(/the rollback failed: [^]*next +heroku-cd rollback v\d+ --app-name corner-shop/);
    expect(await app.serving()).toBe(bad);
  });

  it('is not made over somebody else’s release', async () => {
    await app.deployed();
    const bad = await app.commit({ 'status.txt': '500' });
    world.heroku.control.clearRequests();
    const run = unhealthy({ 'health-timeout': '5m' });
    await asked();
    await world.heroku.control.act(APP, { action: 'config', vars: { BY_SOMEBODY: 'else' } });
    const { exitCode, log } = await run;
    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(log).toMatch(/nothing is rolled back, because v\d+ is somebody else’s release: "Set BY_SOMEBODY/);
    expect(await app.serving()).toBe(bad);
  });
});

describe('the check', () => {
  it('counts no answer of the code before, which preboot lets serve beside the new one', async () => {
    await app.deployed();
    await world.heroku.control.changeSettings(APP, { prebootOverlapMs: 1_500 });
    await world.heroku.control.act(APP, { action: 'feature', name: 'preboot', enabled: true });
    await app.commit({ 'status.txt': '500' });
    const { exitCode, log } = await app.deploys.run('deploy', {
      'health-check-url': '/',
      'health-check-successes': '1',
      'health-timeout': '2m',
    });
    await world.heroku.control.act(APP, { action: 'feature', name: 'preboot', enabled: false });
    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(log).toMatch(/answered 200, but web\.1 \(v\d+\) may have given it/);
    expect(log).toMatch(/did not become healthy .* answered 500/);
  });

  it('ends with a signal, and the deployment stays', async () => {
    await app.deployed();
    const bad = await app.commit({ 'status.txt': '500' });
    const controller = new AbortController();
    let log = '';
    const { result } = await world.deploy({
      parameters: { ...ROLLBACK, 'health-timeout': '10m' },
      terminate: controller.signal,
      terminationGraceMs: 30_000,
      output: {
        write: (text) => {
          log += text;
          if (log.includes('answered 500')) controller.abort();
        },
      },
    });
    expect(log).toContain('Interrupted by SIGTERM. The deployment of corner-shop is done and stays');
    expect(log).toContain('incomplete (exit 5)');
    expect(result ?? { verdict: 'incomplete' }).toMatchObject({ verdict: 'incomplete' });
    expect(await app.serving()).toBe(bad);
  });

  it('is left out behind a page that somebody has put on and that stays', async () => {
    await app.deployed();
    await world.heroku.control.act(APP, { action: 'maintenance', enabled: true });
    await app.commit();
    const { exitCode, log } = await app.deploys.run('deploy', { 'health-check-url': '/' });
    await world.heroku.control.act(APP, { action: 'maintenance', enabled: false });
    expect({ exitCode, log }).toEqual({ exitCode: 0, log: expect.any(String) as string });
    expect(log).toContain('nobody can ask how the app is');
  });

  it('is listed by plan, which asks nobody', async () => {
    await app.deployed();
    await app.commit();
    const { answer, log } = await app.deploys.run('plan', {
      ...ROLLBACK,
      'health-check-url': '/up?token=abc',
    });
    const { acts } = answer as { acts: readonly { call: string; undo: string }[] };
    if (!acts) throw new Error(log + JSON.stringify(answer));
    expect(acts.at(-1)).toMatchObject({
      call: expect.stringMatching(/^GET http.*\/_app\/corner-shop\/up\?…$/) as string,
      undo: expect.stringMatching(/release the code of v\d+ again/) as string,
    });
  });
});

describe('the second half of a deployment', () => {
  it.each([
    ['a migration that the first one knew nothing of', {}, { 'migrate-command': 'true', backup: 'never' }],
    ['a window that the first one wrote nothing of', {}, { maintenance: 'always' }],
    ['no window, though the first one wrote of one', { maintenance: 'always' }, {}],
  ])('is refused with %s', async (_what, first, second) => {
    const good = await app.deployed();
    await app.commit();
    const prepared = await app.deploys.run('deploy', { ...first, until: 'window' });
    expect(prepared).toMatchObject({ exitCode: 0 });
    world.heroku.control.clearRequests();
    const { exitCode, log } = await app.deploys.run('deploy', { ...second, from: 'window' });
    expect({ exitCode, log }).toMatchObject({ exitCode: 2 });
    expect(log).toContain('not given the same migrate-command');
    expect(world.heroku.control.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await app.serving()).toBe(good);
  });
});
