import { HealthApp } from './support/health-app.ts';
import { APP, type Deployment, type World } from './support/world.ts';

const ASKED = { 'health-check-url': '/' };
const ROLLBACK = { ...ASKED, 'on-unhealthy': 'rollback' };

let app: HealthApp;
let world: World;

beforeAll(async () => {
  app = await HealthApp.create();
  world = app.world;
});
afterAll(() => app.close());

const healthPhase = (run: Pick<Deployment, 'result'>): string | undefined =>
  run.result?.phases.find(({ name }) => name === 'health')?.outcome;

describe('through the orb', () => {
  /** A limit of minutes passes in seconds. */
  const environment = { HEROKU_CD_TIME_LAPSE: '20' };
  const orb = (parameters: Readonly<Record<string, unknown>>, more = {}): Promise<Deployment> =>
    world.deploy({ parameters, environment, ...more });

  it('a deployment that becomes healthy once its dyno has booted is green', async () => {
    await app.deployed();
    await app.commit({ 'boot.txt': '1000', 'greeting.txt': 'booted slowly' });
    const { exitCode, log, result } = await orb({ ...ASKED, 'health-check-text': 'booted slowly' });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(healthPhase({ result })).toBe('succeeded');
    expect(log).toMatch(/_app\/corner-shop\/ answered 50[34]\.[^]*answered 200\.[^]*is healthy: 3 in a row/);
    expect(result?.phases.map(({ name }) => name).slice(-2)).toEqual(['health', 'report']);
  });

  it('one that stays unhealthy is kept, with the page off, and the job is red', async () => {
    await app.deployed();
    const bad = await app.commit({ 'status.txt': '500' });
    const after = [{ run: { name: 'After', command: 'echo after' } }];
    const given = { ...ASKED, maintenance: 'always', 'health-timeout': '20s', 'post-deploy': after };
    const { exitCode, log, result, job } = await orb({ ...given, 'deploy-environment': 'production' });
    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(log).toContain('did not become healthy within 20 s');
    expect(log).toMatch(/State now:\n {2}maintenance off/);
    expect(log).toMatch(/next +heroku-cd rollback --app-name corner-shop/);
    expect(result).toMatchObject({
      verdict: 'incomplete',
      maintenance: { after: false },
      error: { phase: 'health' },
    });
    expect(await app.serving()).toBe(bad);
    expect((await app.deploys.state()).worker).toBe(1);
    expect(job.status).toBe('failed');
    expect(job.steps.find(({ name }) => name === 'After')?.status).toBe('skipped');
    expect(job.circleciCalls.map(({ argv }) => argv.slice(2).join(' '))).toEqual([
      `plan deploy --environment-name=production --component-name=${APP} --target-version=${bad}`,
      'update deploy --status=RUNNING',
      expect.stringMatching(
        /^update deploy --status=FAILED --failure-reason=corner-shop did not become healthy/,
      ),
    ]);
  });

  it('one that stays unhealthy is rolled back, and the app is as it was found', async () => {
    const good = await app.deployed();
    const before = await world.visit();
    await app.commit({ 'status.txt': '500' });
    const { exitCode, log, result } = await orb({
      ...ROLLBACK,
      maintenance: 'always',
      'health-timeout': '20s',
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 1 });
    expect(log).toContain('serves again, and is healthy');
    expect(result).toMatchObject({
      verdict: 'failed',
      releaseAfter: { commit: good },
      maintenance: { after: false },
      error: { phase: 'health' },
    });
    const phases = result?.phases.map(({ name, outcome }) => `${name} ${outcome}`) ?? [];
    expect(phases.slice(phases.indexOf('health failed'))).toEqual([
      'health failed',
      'rollback succeeded',
      'health succeeded',
      'report succeeded',
    ]);
    expect(await world.visit()).toBe(before);
    expect((await app.deploys.state()).worker).toBe(1);
  });

  it('a step before the deployment that fails keeps everything from being touched', async () => {
    const good = await app.deployed();
    await app.commit();
    world.heroku.control.clearRequests();
    const { job } = await orb({
      'deploy-environment': 'production',
      'pre-deploy': [{ run: { name: 'Before', command: 'git log -1 && exit 7' } }],
      'post-deploy': [{ run: { name: 'After', command: 'echo after' } }],
    });
    expect(job.status).toBe('failed');
    const status = (name: string) => job.steps.find((step) => step.name === name)?.status;
    expect([status('Before'), status('Deploy to Heroku'), status('After')]).toEqual([
      'failed',
      'skipped',
      'skipped',
    ]);
    expect(job.steps.filter((step) => step.status === 'failed').map(({ name }) => name)).toEqual(['Before']);
    expect(world.heroku.control.requests()).toEqual([]);
    expect(job.circleciCalls).toEqual([]);
    expect(await app.serving()).toBe(good);
  });

  it('a step after it that fails makes the job red, and the app stays deployed', async () => {
    await app.deployed();
    const commit = await app.commit();
    const { job, exitCode } = await orb({
      'deploy-environment': 'production',
      'post-deploy': [{ run: { name: 'After', command: 'exit 7' } }],
    });
    expect({ status: job.status, exitCode }).toEqual({ status: 'failed', exitCode: 0 });
    expect(await app.serving()).toBe(commit);
    expect(job.circleciCalls.map(({ argv }) => argv.slice(2).join(' '))).toEqual([
      expect.stringMatching(/^plan deploy /),
      'update deploy --status=RUNNING',
      'update deploy --status=SUCCESS',
    ]);
  });
});
