import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world.close();
});

const doctorJob = (parameters: Record<string, unknown> = {}): unknown[] => [
  { checkout: { method: 'full' } },
  { 'heroku-cd/doctor': { 'app-name': APP, ...parameters } },
];

/** Every request of the run, as the local Heroku logged it. */
function methods(): string[] {
  return [...new Set(world.heroku.control.requests().map((entry) => entry.method))];
}

test('doctor finds nothing wrong where nothing is, and only reads', async () => {
  await world.repository.commit(APP_FILES);
  const { job, log } = await world.deploy({ steps: doctorJob() });
  expect(job.status).toBe('success');
  expect(log).toContain('Nothing stands in the way of deploying to corner-shop.');
  expect(log).toContain('HRKU…fee5 (41 characters)');
  expect(log).not.toContain('deploy@example.com');
  expect(methods()).toEqual(['GET']);
});

test('doctor names everything that is wrong in one run, each with a remedy', async () => {
  const root = await world.repository.commit(APP_FILES);
  await world.pushByHand({ 'greeting.txt': 'two' });
  await world.repository.git('checkout', '--quiet', '-b', 'other', root);
  await world.repository.commit({ '.gitattributes': '*.bin filter=lfs\n' });
  await world.heroku.control.act(APP, { action: 'maintenance', enabled: true });
  await world.heroku.control.clearRequests();

  const { job, log } = await world.deploy({
    branch: 'other',
    steps: [
      { checkout: { method: 'shallow', depth: 1 } },
      ...doctorJob({ 'deploy-user': 'ops@example.com' }).slice(1),
    ],
  });

  expect(job.status).toBe('failed');
  expect(log).toMatch(/PROBLEM\s+Account.*not to o…@example.com/);
  expect(log).toMatch(/note\s+Maintenance/);
  expect(log).toMatch(/note\s+Clone\s+shallow/);
  expect(log).toMatch(/note\s+Git LFS/);
  expect(log).toMatch(/note\s+Descent/);
  expect(log).toContain('-> ');
  expect(log).toContain('1 problem to mend');
  expect(methods()).toEqual(['GET']);
});

const plan = (): unknown => ({
  run: {
    name: 'Plan',
    command: `node ~/.local/share/heroku-cd/heroku-cd.cjs plan --app-name ${APP} --json > plan.json || code=$?; cat plan.json; exit "\${code:-0}"`,
  },
});

test('plan tells every call and what takes it back, and only reads', async () => {
  const commit = await world.repository.commit(APP_FILES);
  const before = await world.heroku.control.app(APP);

  const { log, job } = await world.deploy({
    steps: [{ checkout: { method: 'full' } }, 'heroku-cd/install', plan()],
  });

  expect(job.status).toBe('success');
  const planned = JSON.parse(log.slice(log.indexOf('{\n  "app"'))) as {
    acts: { call: string; undo: string }[];
  };
  expect(planned).toMatchObject({ app: APP, commit, deployed: null });
  expect(planned.acts).toHaveLength(1);
  expect(planned.acts[0]?.call).toMatch(/^git push .*:refs\/heads\/main$/);
  expect(planned.acts[0]?.undo).toContain('cancel the pending build');
  expect(methods()).toEqual(['GET']);
  expect(await world.heroku.control.app(APP)).toEqual(before);
});

test('plan with a migration lists the window around the push, in order, each with what takes it back', async () => {
  await world.pushByHand();
  await world.heroku.control.act(APP, { action: 'scale', formation: { worker: 2 } });
  await world.repository.commit({ 'greeting.txt': 'two' });
  world.heroku.control.clearRequests();

  const { log, job } = await world.deploy({
    steps: [
      { checkout: { method: 'full' } },
      'heroku-cd/install',
      {
        run: {
          name: 'Plan',
          command: `node ~/.local/share/heroku-cd/heroku-cd.cjs plan --app-name ${APP} --migrate-command 'rake db:migrate'`,
        },
      },
    ],
  });

  expect(job.status).toBe('success');
  const acts = [...log.matchAll(/^\d\. (.*)$/gm)].map((match) => match[1]);
  expect(acts).toEqual([
    'switch the maintenance page on',
    'stop worker',
    expect.stringMatching(/^push /),
    'migrate in a one-off dyno of the new release',
    'restart the dynos',
    'scale back to worker=2:Standard-1X',
    'switch the maintenance page off',
  ]);
  expect(log).toContain('undo: scale back to worker=2:Standard-1X');
  expect(methods()).toEqual(['GET']);
});

test('plan refuses what deploy would refuse', async () => {
  const first = await world.repository.commit(APP_FILES);
  await world.pushByHand({ 'greeting.txt': 'two' });
  const { log, job } = await world.deploy({
    revision: first,
    steps: [{ checkout: { method: 'full' } }, 'heroku-cd/install', plan()],
  });
  expect(job.status).toBe('failed');
  expect(log).toContain('"verdict": "refused"');
  expect(log).toContain('older than');
});
