import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { APP, createWorld, type World } from '../e2e/support/world.ts';

/** The same through the emitted orb, in real bash: cancelled jobs, and the jobs that follow them. */
let world: World;
let before: readonly string[];

beforeEach(async () => {
  world = await createWorld();
  await world.pushByHand();
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 1, worker: 3 } });
  await world.heroku.control.act(APP, { action: 'resize', sizes: { worker: 'standard-2x' } });
  before = await formation();
  await world.repository.commit({ 'greeting.txt': 'two' });
});

afterEach(async () => {
  await world.close();
});

async function formation(): Promise<readonly string[]> {
  return (await world.heroku.control.app(APP)).formation.map(
    (one) => `${one.type}=${one.quantity}:${one.size}`,
  );
}

async function page(): Promise<boolean> {
  return (await world.heroku.control.app(APP)).maintenance;
}

/** Cancels the job, with SIGKILL and no step after it, when its output matches. */
async function cancelledAt(line: RegExp, options: object): Promise<void> {
  const controller = new AbortController();
  let seen = '';
  const { job } = await world.deploy({
    ...options,
    cancel: controller.signal,
    output: {
      write: (text) => {
        seen += text;
        if (line.test(seen)) controller.abort();
      },
    },
  });
  expect(job.status).toBe('canceled');
}

test('two windows on one app in one job: what the second one found is what recover puts back', async () => {
  await world.heroku.control.changeSettings(APP, { buildMs: 10_000 });
  const migrate = { 'app-name': APP, push: false, 'migrate-command': 'true' };
  const headers = {
    Accept: 'application/vnd.heroku+json; version=3',
    'Content-Type': 'application/json',
  };
  const body = JSON.stringify({ updates: [{ type: 'worker', quantity: 2 }] });
  const request = `{ method: "PATCH", body: ${JSON.stringify(body)}, headers: { ...${JSON.stringify(headers)}, Authorization: "Bearer " + process.env.HEROKU_API_KEY } }`;
  const scaleBetween = {
    run: {
      name: 'Scale in between',
      command: `node -e 'fetch(process.env.HEROKU_HOST + "/apps/${APP}/formation", ${request}).then(({ ok }) => process.exit(ok ? 0 : 1))'`,
    },
  };
  await cancelledAt(/Stored Cache to \S*-ended[^]*== ship/, {
    steps: [
      'checkout',
      { 'heroku-cd/maintenance-wrapped-migrate': migrate },
      scaleBetween,
      { 'heroku-cd/deploy': { 'app-name': APP, maintenance: 'always', install: false } },
    ],
  });
  expect(await formation()).toEqual(['web=1:Standard-1X', 'worker=0:Standard-2X']);

  const { exitCode, log } = await world.deploy({ orbJob: 'recover' });

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(await formation()).toEqual(['web=1:Standard-1X', 'worker=2:Standard-2X']);
  expect(await page()).toBe(false);
});

test('cancelled between the two halves: recover has nothing to do, and the next run deploys', async () => {
  await cancelledAt(/Stored Cache to \S*-prepared/, { parameters: { maintenance: 'always' } });

  const recovered = await world.deploy({ orbJob: 'recover' });
  expect(recovered.exitCode).toBe(0);
  expect(await formation()).toEqual(before);
  expect(await page()).toBe(false);

  const next = await world.deploy({ parameters: { maintenance: 'always' } });
  expect({ exitCode: next.exitCode, log: next.log }).toMatchObject({ exitCode: 0 });
  expect(await formation()).toEqual(before);
  expect(await world.visit()).toBe('200 two');
});

test('without the cache, the recover job brings the app back from its parameter `formation`', async () => {
  await cancelledAt(/Stopped: worker\./, { parameters: { maintenance: 'always' } });
  await rm(join(world.folder, 'cache'), { recursive: true });
  expect(await formation()).toContain('worker=0:Standard-2X');

  const parameters = { formation: 'worker=3:standard-2x' };
  const { exitCode, log } = await world.deploy({ orbJob: 'recover', parameters });

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(await formation()).toEqual(before);
  expect(await page()).toBe(false);
});
