import { setTimeout as delay } from 'node:timers/promises';
import { DATABASE_APP_CONFIG, databaseAppFiles } from './support/database-app.ts';
import { DatabaseWatch } from './support/database-watch.ts';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;
let watch: DatabaseWatch;

beforeEach(async () => {
  const configVars = { ...DATABASE_APP_CONFIG, JOB_MS: '30', WEB_TAKES_JOBS: 'yes' };
  world = await createWorld({ apps: [{ name: APP, postgres: true, configVars }], settings: { buildMs: 20 } });
  watch = new DatabaseWatch(world.heroku.control, APP);
  await world.pushByHand(databaseAppFiles({ release: 'node migrate.js' }));
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 1, worker: 2 } });
});

afterEach(() => world.close());

/** Puts jobs into the table, past the app, until it is told to stop. */
function feed(): { stop(): Promise<void> } {
  let stopping = false;
  const feeding = (async () => {
    while (!stopping) {
      await watch.query("INSERT INTO jobs (amount) VALUES ('1.50')");
      await delay(15);
    }
  })();
  return {
    stop: () => {
      stopping = true;
      return feeding;
    },
  };
}

test('nobody works on jobs in an open window but a one-off that is told; no job is lost or done twice', async () => {
  const { control } = world.heroku;
  const feeder = feed();
  // All three are at work: web, and both workers.
  await watch.untilRows('SELECT FROM job_runs HAVING count(DISTINCT dyno) = 3');
  await world.repository.commit(databaseAppFiles({ version: 2 }));
  await control.changeSettings(APP, { buildMs: 3_000 });

  const run = world.deploy({ parameters: { 'migrate-command': 'node migrate.js', 'stop-web': true } });
  await control.until(
    APP,
    ({ maintenance, dynos }) => maintenance && !dynos.some(({ type }) => type === 'web' || type === 'worker'),
  );
  const openedAt = Date.now();
  await control.until(APP, ({ builds }) => builds.some(({ status }) => status === 'pending'));
  await feeder.stop();
  const { oneOffs } = await control.act(APP, {
    action: 'one-off',
    command: 'node worker.js --until-empty',
    type: 'scheduler',
  });
  const scheduled = oneOffs.at(-1)?.name ?? '';
  await control.until(APP, ({ oneOffs: all }) => all.at(-1)?.state === 'ended');
  expect(await watch.openJobs()).toBe(0);
  await watch.query("INSERT INTO jobs (amount) SELECT '2.50' FROM generate_series(1, 10)");

  const { exitCode, log, result } = await run;

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toContain(`${scheduled} was started on ${APP} while the window is open.`);
  expect(result).toMatchObject({ database: 'migrated', maintenance: { before: false, after: false } });
  expect(await world.formation()).toEqual(['web=1:Standard-1X', 'worker=2:Standard-1X']);

  const [{ all } = { all: 0 }] = await watch.query('SELECT count(*)::int AS all FROM jobs');
  const runs = await watch.untilJobsDone(Number(all));
  const done = runs.map(({ jobId }) => jobId);
  expect(new Set(done).size).toBe(done.length);
  expect(done).toHaveLength(Number(all));

  const scalings = control
    .requests({ app: APP, method: 'PATCH' })
    .filter(({ path }) => path.endsWith('/formation'));
  const closingAt = Date.parse(scalings.at(-1)?.at ?? '');
  expect(scalings).toHaveLength(2);
  const inside = runs.filter(
    ({ takenAt, doneAt }) => Date.parse(doneAt) > openedAt && Date.parse(takenAt) < closingAt,
  );
  expect(inside.length).toBeGreaterThan(0);
  expect([...new Set(inside.map(({ dyno }) => dyno))]).toEqual([scheduled]);
  expect(new Set(runs.slice(-10).map(({ code }) => code))).toEqual(new Set([2]));
});
