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

test('doctor names everything that is wrong in one run, each with its remedy, and only reads', async () => {
  const root = await world.repository.commit(APP_FILES);
  const deployed = await world.pushByHand({ 'greeting.txt': 'two' });
  await world.repository.git('checkout', '--quiet', '-b', 'other', root);
  await world.repository.commit({ '.gitattributes': '*.bin filter=lfs\n' });
  const { control } = world.heroku;
  await control.act(APP, { action: 'describe', buildStack: 'heroku-20' });
  await control.act(APP, { action: 'maintenance', enabled: true });
  await control.act(APP, { action: 'scale', formation: { web: 0 } });
  await control.act(APP, { action: 'add-add-on', plan: 'scheduler:standard', name: 'scheduler-clear-1' });
  const key = 'HRKU-11111111-0000-4000-8000-000000000001';
  const email = 'viewer@example.com';
  const keys = [{ key, expiresIn: 3 * 86_400 + 3600 }];
  control.createAccount({ email, twoFactor: false, keys });
  await control.setPermissions(APP, email, ['view']);
  control.clearRequests();

  const { job, log } = await world.deploy({
    branch: 'other',
    context: { HEROKU_API_KEY: key },
    environment: { DEBUG: '*' },
    steps: [
      { checkout: { method: 'shallow', depth: 1 } },
      ...doctorJob({ 'deploy-user': 'ops@example.com' }).slice(1),
    ],
  });

  expect(job.status).toBe('failed');
  const found = [
    ...log.matchAll(/^(PROBLEM|note) {2,}(\S+(?: \S+)*) {2,}(?:.*\n)+? {9}-> ((?:.*\n)(?: {12}\S.*\n)*)/gm),
  ];
  const remedies = Object.fromEntries(
    found.map(([, level = '', subject = '', remedy = '']) => [
      `${level} ${subject}`,
      remedy.replace(/\s+/g, ' '),
    ]),
  );
  const says = (text: string): unknown => expect.stringContaining(text);
  expect(remedies).toEqual({
    'PROBLEM Account': says('`heroku authorizations:create -d "CircleCI deploys"`'),
    'PROBLEM Rights': says(`\`heroku access:update ADDRESS -a ${APP} --permissions view,deploy\``),
    'PROBLEM Stack': says(`\`heroku stack:set heroku-24 -a ${APP}\``),
    'note Key’s end': says('`heroku authorizations:revoke '),
    'note Second factor': says('`heroku auth:2fa`'),
    'note Maintenance': says(`\`heroku maintenance:off -a ${APP}\``),
    'note Web at 0': says(`\`heroku ps:scale web=1 -a ${APP}\``),
    'note Scheduler': says(`\`heroku addons:open scheduler-clear-1 -a ${APP}\``),
    'note Clone': says('`git fetch --unshallow`'),
    'note Git LFS': says(`\`heroku buildpacks:add URL -i 1 -a ${APP}\``),
    'note Descent': says(`\`git fetch origin ${deployed}\``),
    'note Variables': says('`unset DEBUG`'),
    'note Host': says('`unset HEROKU_HOST`'),
  });
  expect(log).toMatch(/belongs to v…@example.com, not to\s+o…@example.com/);
  expect(log).toContain('3 problems to mend before corner-shop can be deployed. 10 notes.');
  for (const secret of [email, key]) expect(log).not.toContain(secret);
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
