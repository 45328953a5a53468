import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE_PASSWORD, CACHE_USER, type Memcached, startMemcached } from '../support/memcached.ts';
import { checkRecords, type Findings, readRecords } from '../simulator/support/check-records.ts';
import { hasHyperSchema } from '../simulator/support/hyper-schema.ts';
import { DATABASE_APP_CONFIG, databaseAppFiles } from './support/database-app.ts';
import { HelperProgram } from './support/helper-program.ts';
import { APP, createWorld, KEY, type World } from './support/world.ts';

const BUILDER = `${APP}-build`;

const described = hasHyperSchema ? describe : describe.skip;
if (!hasHyperSchema) {
  process.stderr.write(
    'SKIPPED: the official Heroku schema is not at hand, so what heroku-cd sends is not checked against it.\n',
  );
}

/** One of each thing that is done to an app; `npm run test:truth` checks what other tests provoke besides. */
described('what heroku-cd sends, and what it is answered', () => {
  let records: string;
  let world: World;
  let helper: HelperProgram;
  let cache: readonly Memcached[];
  let findings: Findings;

  beforeAll(async () => {
    records = await mkdtemp(join(tmpdir(), 'heroku-cd-records-'));
    [world, cache] = await Promise.all([
      createWorld({
        account: { email: 'deploy@example.com', key: KEY },
        apps: [{ name: APP, postgres: true }, BUILDER],
        recordAnswers: records,
      }),
      startMemcached(1),
    ]);
    const { control } = world.heroku;
    const vars = {
      ...DATABASE_APP_CONFIG,
      MEMCACHIER_SERVERS: cache.map(({ address }) => address).join(','),
      MEMCACHIER_USERNAME: CACHE_USER,
      MEMCACHIER_PASSWORD: CACHE_PASSWORD,
    };
    for (const app of [APP, BUILDER]) await control.act(app, { action: 'config', vars });
    const commit = await world.pushByHand({ ...databaseAppFiles(), ...IDLE });
    await control.act(APP, { action: 'scale', formation: { worker: 1 } });
    helper = await HelperProgram.create(world, commit);
  });

  afterAll(async () => {
    await Promise.all(cache.map((one) => one.stop()));
    await helper.remove();
    await world.close();
    await rm(records, { recursive: true });
  });

  async function run(exitCode: number, ...args: string[]): Promise<void> {
    const head = await world.repository.git('rev-parse', 'HEAD');
    const env = { HEROKU_CD_REVISION: head, HEROKU_CD_TIME_LAPSE: '30' };
    const { code, stdout, stderr } = await helper.run(args, { env });
    if (code !== exitCode) throw new Error(`${args.join(' ')} ends with ${code}:\n${stdout}${stderr}`);
  }

  it('are as the official schema has them', async () => {
    await run(0, 'doctor');
    await run(0, 'run', '--', 'node', 'migrate.js');
    await world.repository.commit({ ...databaseAppFiles({ version: 2 }), ...IDLE });
    const migrate = (command: string) => ['--migrate-command', command, '--backup', 'always'];
    await run(3, 'deploy', ...migrate('node migrate.js --fail-at 2.3'), '--build-app', BUILDER);
    await run(0, 'backup', 'restore', 'b001', '--confirm', APP);
    await run(0, 'recover', '--release-hold');
    await run(0, 'migrate', '--no-push', ...migrate('node migrate.js'), '--flush-cache');
    await run(0, 'rollback', '--migration-is-backward-compatible');
    await run(0, 'window', 'open');
    await run(0, 'window', 'close');
    await run(0, 'scale', 'worker=2');
    await run(0, 'ssh-key', 'add', '--key-file', join(helper.folder, 'id'));
    findings = checkRecords(readRecords(records));
    expect(findings.complaints).toEqual([]);
  });

  it('are of everything that a deployment asks for', () => {
    expect(findings.endpoints).toEqual(
      expect.arrayContaining([
        'GET /account 200',
        'GET /apps/:app/collaborators 200',
        'GET /apps/:app/releases 206',
        'PATCH /apps/:app 200',
        'PATCH /apps/:app/formation 200',
        'POST /apps/:app/builds 201',
        'POST /apps/:app/dynos 201',
        'POST /apps/:app/log-sessions 201',
        'POST /apps/:app/releases 201',
        'POST /sources 201',
      ]),
    );
    expect(findings.requests).toBeGreaterThan(findings.endpoints.length - 1);
  });
});

/** Processes that run on either version's schema. */
const IDLE = {
  'web.js': "require('node:http').createServer((q, a) => a.end('here')).listen(process.env.PORT);\n",
  'worker.js': 'setInterval(() => undefined, 1e6);\n',
};
