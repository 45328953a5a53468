import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type Deployment, type DeployOptions, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.repository.commit(APP_FILES);
});

afterAll(() => world.close());

beforeEach(() => world.heroku.control.clearRequests());

/** The orb's job with `deployments` in place of `app-name`. */
function byBranch(deployments: string, { parameters, ...options }: DeployOptions = {}): Promise<Deployment> {
  return world.deploy({ parameters: { 'app-name': undefined, deployments, ...parameters }, ...options });
}

function changes(): readonly string[] {
  return world.heroku.control
    .requests()
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
}

const LINES = `production: acme-shop\n/ma.n/: $SHOP\ntag /v.*/: ${APP}`;

test('a branch is deployed to the app of its line, and recover finds there what the deployment has left', async () => {
  const options = { context: { SHOP: APP, HEROKU_APP_NAME: 'somebody-elses' }, mask: false };
  const deployed = await byBranch(LINES, options);
  expect({ status: deployed.job.status, log: deployed.log }).toMatchObject({ status: 'success' });
  expect(deployed.log).toContain(`The branch main goes to ${APP} (line 2 of \`deployments\`).`);
  expect(deployed.result).toMatchObject({ app: APP, verdict: 'succeeded' });

  const recovered = await byBranch(LINES, { ...options, orbJob: 'recover' });
  expect(recovered.exitCode).toBe(0);
  expect(recovered.log).toContain('The last run closed its window; nothing was changed.');
});

test('a tag goes where its own line says', async () => {
  await world.repository.git('tag', 'v1.0');
  const { job, log } = await byBranch(LINES, {
    orbJob: 'recover',
    parameters: { filters: 'pipeline.git.tag starts-with "v"' },
    ...{ tag: 'v1.0', context: { SHOP: 'acme-shop' }, mask: false },
  });
  expect({ status: job.status, log }).toMatchObject({ status: 'success' });
  expect(log).toContain(`The tag v1.0 goes to ${APP} (line 3 of`);
});

test.each(['deploy', 'recover'] as const)(
  'where no line matches, the job %s is green in each of its steps and asks Heroku nothing',
  async (orbJob) => {
    const { job, log } = await byBranch(`mainly: ${APP}\n/main-.*/: ${APP}`, { orbJob });
    expect({ status: job.status, log }).toMatchObject({ status: 'success' });
    expect(job.steps.filter(({ exitCode }) => exitCode !== null && exitCode !== 0)).toEqual([]);
    expect(log).toContain('Nothing is done here: no line of `deployments` matches branch main.');
    expect(log).not.toContain('Found a cache');
    expect(world.heroku.control.requests()).toEqual([]);
  },
);

const OWN_STEPS = {
  'deploy-environment': 'production',
  'pre-deploy': [{ run: { name: 'Before', command: 'echo before; echo "export SHOP=$APP" >> "$BASH_ENV"' } }],
  'post-deploy': [{ run: { name: 'After', command: 'echo after' } }],
};

test('where no line matches, the steps around the deployment do not run either', async () => {
  const { job } = await byBranch(`production: ${APP}`, { parameters: OWN_STEPS });
  expect(job).toMatchObject({ status: 'success', halted: true });
  expect(job.steps.filter(({ status }) => status !== 'skipped').map(({ name }) => name)).toEqual([
    'Ask which app this branch goes to',
  ]);
  expect(job.circleciCalls.map(({ argv }) => argv.join(' '))).toEqual(['step halt']);
});

test('what a line needs may be set by a step before the deployment, and a command ends no job of a user', async () => {
  const context = { APP };
  const deployed = await byBranch('main: $SHOP', { parameters: OWN_STEPS, context, mask: false });
  expect({ ...deployed.job, log: deployed.log }).toMatchObject({ status: 'success', halted: false });
  expect(deployed.log).toMatch(/before[^]*The branch main goes to corner-shop[^]*after/);

  const own = await world.deploy({
    steps: [
      'checkout',
      { 'heroku-cd/deploy': { deployments: `production: ${APP}` } },
      { run: 'echo "and" on' },
    ],
  });
  expect(own.job).toMatchObject({ status: 'success', halted: false });
  expect(own.log).toContain('and on');
});

test('every line that will not do is named at once, with an app name beside it, and nothing is asked', async () => {
  const { exitCode, log, job } = await byBranch(
    'main: Corner-Shop\nrelease-.*: acme-shop\nproduction acme-shop',
    {
      parameters: { 'app-name': APP },
    },
  );
  expect(exitCode).toBe(2);
  for (const said of [
    'app-name: it cannot be given together with `deployments`',
    'line 1: "Corner-Shop": app names are lower case at Heroku; did you mean "corner-shop"?',
    'line 2: "release-.*" is no name of a branch; a regular expression stands between slashes',
    'line 3: "production acme-shop" names no app',
  ]) {
    expect(log).toContain(said);
  }
  expect(log.match(/ERROR:/g)).toHaveLength(1);
  // One step is red: the one that says why.
  expect(job.steps.filter(({ status }) => status === 'failed').map(({ name }) => name)).toEqual([
    'Ask Heroku for the app',
  ]);
  expect(world.heroku.control.requests()).toEqual([]);
});

test('a pull request from a fork is not deployed, whatever its branch matches', async () => {
  const { exitCode, log } = await byBranch(`/.*/: ${APP}`, { builtIns: { CIRCLE_PR_NUMBER: '7' } });
  expect(exitCode).toBe(2);
  expect(log).toContain('pull request from a fork');
  expect(world.heroku.control.requests()).toEqual([]);
});

describe('deploy-user', () => {
  test('refuses a key that does not tell whose it is, although Heroku takes it', async () => {
    const key = 'HRKU-22222222-0000-4000-8000-000000000002';
    await world.heroku.control.changeAccount('deploy@example.com', {
      addKeys: [{ key, scopes: ['read', 'write', 'write-protected'] }],
    });
    const { exitCode, log } = await world.deploy({
      parameters: { 'deploy-user': 'deploy@example.com' },
      context: { HEROKU_API_KEY: key },
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 2 });
    expect(log).toContain('deploy-user: the key does not tell whose it is.');
    expect(changes()).toEqual([]);
  });

  test('is asked for before anything is put back, too', async () => {
    const { exitCode, log } = await world.deploy({
      orbJob: 'recover',
      parameters: { 'deploy-user': 'ops@example.com' },
    });
    expect(exitCode).toBe(2);
    expect(log).toContain('deploy-user: the key belongs to d…@example.com, not to o…@example.com.');
    expect(changes()).toEqual([]);
  });
});
