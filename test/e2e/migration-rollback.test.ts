import { DATABASE_APP_CONFIG, databaseAppFiles, migrationSteps } from './support/database-app.ts';
import { DatabaseWatch } from './support/database-watch.ts';
import { quickly } from './support/migrating.ts';
import { APP, createWorld, type Deployment, type World } from './support/world.ts';

let world: World;
let watch: DatabaseWatch;
beforeEach(async () => {
  world = await createWorld({ apps: [] });
  const { control } = world.heroku;
  await control.createApp({ name: APP, postgres: true, configVars: { ...DATABASE_APP_CONFIG } });
  await world.repository.commit(databaseAppFiles());
  const first = await world.deploy({ parameters: { 'migrate-command': 'node migrate.js' }, ...quickly });
  expect({ exitCode: first.exitCode, log: first.log }).toMatchObject({ exitCode: 0 });
  watch = new DatabaseWatch(control, APP);
});
afterEach(() => world.close());

const migrate = (command: string, policy = 'hold'): Promise<Deployment> =>
  world.deploy({ parameters: { 'migrate-command': command, 'on-migration-failure': policy }, ...quickly });

test('rollback after a schema that is half changed: the code from before serves, exit 5, the database unknown', async () => {
  await world.repository.commit(databaseAppFiles({ version: 2 }));

  const { exitCode, result, log } = await migrate('node migrate.js --fail-at 2.3', 'rollback');

  expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
  expect(result).toMatchObject({
    verdict: 'incomplete',
    database: 'unknown',
    maintenance: { after: false },
    migration: { exitStatus: 1 },
  });
  expect(result?.releaseAfter?.commit).toBe(result?.releaseBefore?.commit);
  expect(log).toContain('What the migration did to the database until it failed stays.');
  expect(await watch.migrationSteps()).toEqual([...migrationSteps(1), '2.1', '2.2']);
  expect(await world.visit()).toBe('200 Hello from code 1');
});

test('rollback whose own release phase fails holds the window instead of opening it onto anything', async () => {
  await world.repository.commit(databaseAppFiles({ release: 'node migrate.js --pending || true' }));
  expect((await world.deploy(quickly)).exitCode).toBe(0);
  await world.repository.commit(databaseAppFiles({ version: 2 }));
  let failing: Promise<unknown> | undefined;
  let log = '';

  const { exitCode, result } = await world.deploy({
    parameters: {
      'migrate-command': 'echo begun; sleep 0.5; node migrate.js --fail-at 2.2',
      'on-migration-failure': 'rollback',
    },
    ...quickly,
    output: {
      write: (text) => {
        log += text;
        if (log.includes('migrate | begun')) {
          failing ??= world.heroku.control.changeSettings(APP, { releaseResult: 'fail' });
        }
      },
    },
  });
  await failing;

  expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
  expect(log).toMatch(/Going back failed: v\d+, with the code of v\d+, ended failed\./);
  expect(result).toMatchObject({ verdict: 'held', database: 'unknown', maintenance: { after: true } });
});

test('rollback where the slug from before is gone holds the window', async () => {
  await world.repository.commit(databaseAppFiles({ version: 2 }));
  await world.heroku.control.addFault({
    match: { surface: 'api', method: 'POST', path: '/releases$' },
    effect: { kind: 'status', status: 404, id: 'not_found', message: "Couldn't find that slug." },
  });

  const { exitCode, result, log } = await migrate('node migrate.js --fail-at 2.2', 'rollback');

  expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
  expect(log).toContain('Going back failed: ');
  expect(result).toMatchObject({ verdict: 'held', database: 'unknown', maintenance: { after: true } });
});

test.each(['before-effect', 'after-effect'] as const)(
  'a lost answer to the creation of the dyno (%s) never migrates twice, as the database proves',
  async (when) => {
    await world.repository.commit(databaseAppFiles({ version: 2 }));
    await world.heroku.control.addFault({
      match: { surface: 'api', method: 'POST', path: '/dynos$', nth: 1 },
      effect: { kind: 'reset', when },
    });

    const { exitCode, log } = await migrate('node migrate.js');

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    const created = world.heroku.platform.oneOffs.of(world.app());
    const ran = world
      .app()
      .log.lines.filter(({ text }) => /^Starting process with command `node migrate\.js/.test(text));
    // One for the first deployment; the dyno whose answer was lost was stopped before it began.
    expect(ran.filter(({ dyno }) => dyno.startsWith('run.'))).toHaveLength(2);
    expect(created).toHaveLength(when === 'after-effect' ? 3 : 2);
    expect(await watch.migrationSteps()).toEqual([...migrationSteps(1), ...migrationSteps(2)]);
    const dynos = await watch.query("SELECT DISTINCT dyno FROM migration_steps WHERE step LIKE '2.%'");
    expect(dynos).toEqual([{ dyno: created.at(-1)?.dyno.name }]);
    expect(await world.visit()).toBe('200 Hello from code 2');
  },
);
