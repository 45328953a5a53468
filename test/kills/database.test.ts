import { DATABASE_APP_CONFIG, databaseAppFiles, migrationSteps } from '../e2e/support/database-app.ts';
import { DatabaseWatch } from '../e2e/support/database-watch.ts';
import { APP_NAME } from './support/orb-job.ts';
import { lostAt, type Phase } from './support/phases.ts';
import { Stage, type Standing } from './support/stage.ts';

/** Lost machines and signals where the data are in Postgres: schema and rows are compared. */
let stage: Stage;
let watch: DatabaseWatch;
let found: Standing;

beforeAll(async () => {
  stage = await Stage.create({
    files: databaseAppFiles({ version: 1, release: 'node migrate.js' }),
    configVars: DATABASE_APP_CONFIG,
    postgres: true,
    formation: { web: 1, worker: 1 },
  });
  watch = new DatabaseWatch(stage.heroku.control, APP_NAME);
});
afterAll(async () => {
  await stage.close();
});
beforeEach(async () => {
  found = await stage.standing();
});

const SECOND = databaseAppFiles({ version: 2 });
const held: Phase = {
  name: 'migrate, in the middle',
  command: 'maintenance-wrapped-migrate',
  parameters: { 'migrate-command': 'node migrate.js --hold-at 2.3' },
  files: SECOND,
  prepare: () => undefined,
  reached: () => watch.untilHeld(),
};

async function data(): Promise<unknown> {
  const [row] = await watch.query('SELECT max(version) AS version, count(*) AS versions FROM schema_version');
  return {
    ...row,
    steps: await watch.migrationSteps(),
    jobs: (await watch.query('SELECT id FROM jobs')).length,
  };
}

test('lost while Heroku builds, and recovered: schema, rows and workers are as they were', async () => {
  await watch.query("INSERT INTO jobs (amount) VALUES ('1.50'), ('2.50')");
  await watch.untilJobsDone(2);
  const before = await data();
  const build: Phase = {
    ...held,
    prepare: (it) => it.buildFor(60_000),
    reached: (it) => it.untilBuildPending(),
  };
  const { workflow } = await lostAt(stage, build);

  expect(await stage.job('recover', { workflow }).end).toMatchObject({ exitCode: 0 });

  expect(await stage.standing()).toEqual(found);
  expect(await data()).toEqual(before);
  await watch.query("INSERT INTO jobs (amount) VALUES ('3.50')");
  expect((await watch.untilJobsDone(3)).map(({ code }) => code)).toEqual([1, 1, 1]);
});

test('lost in the middle of a migration: nothing works on the half-migrated schema, recover or new run', async () => {
  const before = await watch.jobRuns();
  const { workflow } = await lostAt(stage, held);
  const half = [...migrationSteps(1), '2.1', '2.2'];
  const left = {
    formation: ['web=1:Standard-1X', 'worker=0:Standard-1X'],
    page: true,
    pendingBuilds: 0,
    oneOffs: 0,
  };

  expect(await stage.job('recover', { workflow }).end).toMatchObject({ exitCode: 4 });
  expect(await stage.standing()).toMatchObject(left);
  expect(await data()).toMatchObject({ version: 1, steps: half, jobs: 3 });
  expect(await watch.jobRuns()).toEqual(before);

  // A person looks, and takes the half that was done back by hand; the next run does it all.
  await watch.query(`ALTER TABLE jobs DROP COLUMN cents; DELETE FROM migration_gate;
    DELETE FROM migration_steps WHERE step LIKE '2.%'`);
  const parameters = { 'migrate-command': 'node migrate.js' };
  expect(await stage.job('maintenance-wrapped-migrate', { parameters }).end).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toMatchObject({ formation: found.formation, page: false, oneOffs: 0 });
  expect(await data()).toMatchObject({
    version: 2,
    steps: [...migrationSteps(1), ...migrationSteps(2)],
    jobs: 3,
  });
});
