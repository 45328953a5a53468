import { join } from 'node:path';
import { stringify } from 'yaml';
import { rehearseWorkflow, type WorkflowResult } from '../../src/rehearsal/index.ts';
import { ORB } from './support/orb-components.ts';
import { APP, createWorld, fewAuthorities, KEY, type World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
  await world.pushByHand();
  await world.heroku.control.act(APP, { action: 'scale', formation: { worker: 2 } });
  await world.repository.commit({ 'greeting.txt': 'two' });
});

afterEach(async () => {
  await world.close();
});

/** Tests, a deployment in a window, and the recover job behind it, as the orb's own example has them. */
function pipeline(test: string): string {
  const ours = { context: ['heroku'], 'app-name': APP };
  return stringify({
    version: 2.1,
    orbs: { 'heroku-cd': 'heroku-cd/heroku-cd@0.1' },
    jobs: {
      test: { docker: [{ image: 'cimg/node:lts' }], steps: [{ run: { name: 'Test', command: test } }] },
    },
    workflows: {
      ship: {
        jobs: [
          'test',
          {
            'heroku-cd/maintenance-wrapped-migrate': {
              name: 'deploy',
              requires: ['test'],
              'migrate-command': 'echo migrating',
              ...ours,
            },
          },
          { 'heroku-cd/recover': { requires: [{ deploy: ['failed', 'canceled'] }], ...ours } },
        ],
      },
    },
  });
}

async function walk(
  test: string,
  cancelAt: { job: string; step: string; after: RegExp }[] = [],
): Promise<WorkflowResult> {
  const { HEROKU_API_KEY: _key, ...hosts } = world.heroku.environment();
  return rehearseWorkflow({
    config: { text: pipeline(test) },
    orbs: { 'heroku-cd': ORB },
    workflow: 'ship',
    repository: world.repository.directory,
    contexts: { heroku: { HEROKU_API_KEY: KEY } },
    callerEnvironment: { PATH: process.env['PATH'], ...hosts },
    environment: fewAuthorities(world),
    cacheFolder: join(world.folder, 'workflow-cache'),
    cancelAt,
  });
}

const statuses = (result: WorkflowResult): Record<string, string> =>
  Object.fromEntries(result.jobs.map((job) => [job.name, job.status]));

test('a red test deploys nothing', async () => {
  const before = await world.heroku.control.app(APP);
  const result = await walk('exit 1');
  expect(statuses(result)).toEqual({ test: 'failed', deploy: 'not_run', 'heroku-cd/recover': 'not_run' });
  expect(await world.heroku.control.app(APP)).toEqual(before);
});

test('a green test deploys, and there is nothing to recover', async () => {
  const result = await walk('true');
  expect(statuses(result)).toEqual({ test: 'success', deploy: 'success', 'heroku-cd/recover': 'not_run' });
  expect(await world.visit()).toBe('200 two');
});

test('a deployment that is cancelled behind the page is put back by the recover job', async () => {
  await world.heroku.control.changeSettings(APP, { buildMs: 20_000 });
  const result = await walk('true', [
    { job: 'deploy', step: 'Deploy and migrate behind the maintenance page', after: /-----> Building/ },
  ]);
  expect(statuses(result)).toEqual({ test: 'success', deploy: 'canceled', 'heroku-cd/recover': 'success' });
  const after = await world.heroku.control.app(APP);
  expect(after.maintenance).toBe(false);
  expect(after.formation.find((one) => one.type === 'worker')?.quantity).toBe(2);
  expect(await world.visit()).toBe('200 one');
});
