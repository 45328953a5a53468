import { Client } from 'pg';
import type { AppView } from '../../src/simulator/index.ts';
import { TestHeroku } from '../simulator/support/local.ts';
import type { Workspace } from '../simulator/support/workspace.ts';
import type { DatabaseAppOptions } from './support/database-app.ts';
import { DATABASE_APP_CONFIG, databaseAppFiles, migrationSteps } from './support/database-app.ts';
import type { JobRun } from './support/database-watch.ts';
import { DatabaseWatch } from './support/database-watch.ts';

/** The apps of this file: each its own database, all on one Postgres. */
let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start();
});
afterAll(() => test.close());

interface Deployed {
  readonly name: string;
  readonly workspace: Workspace;
  readonly watch: DatabaseWatch;
}

/** An app with version 1 of code and schema, its web dyno up. */
async function deploy(name: string, config: Readonly<Record<string, string>> = {}): Promise<Deployed> {
  const { control } = test.heroku;
  await control.createApp({ name, postgres: true, configVars: { ...DATABASE_APP_CONFIG, ...config } });
  const { workspace } = await test.deployedApp(name, databaseAppFiles({ release: 'node migrate.js' }));
  return { name, workspace, watch: new DatabaseWatch(control, name) };
}

async function push({ name, workspace }: Deployed, options: DatabaseAppOptions): Promise<string> {
  await workspace.write(databaseAppFiles(options));
  await workspace.commit();
  const { code, stderr } = await test.push(workspace, name);
  if (code !== 0) throw new Error(stderr);
  return stderr;
}

async function visit(name: string): Promise<string> {
  const answer = await fetch(test.heroku.platform.webUrl(test.app(name)));
  return `${answer.status} ${await answer.text()}`;
}

async function enqueue(name: string, amount: string): Promise<string> {
  const url = `${test.heroku.platform.webUrl(test.app(name))}jobs`;
  const answer = await fetch(url, { method: 'POST', body: amount });
  return `${answer.status} ${await answer.text()}`;
}

function scale(name: string, workers: number): Promise<AppView> {
  return test.heroku.control.act(name, { action: 'scale', formation: { worker: workers } });
}

const ids = (runs: readonly JobRun[]) => runs.map(({ jobId }) => jobId).sort((a, b) => a - b);

/** Runs a command in a one-off dyno, to its end or to the line that is waited for. */
async function runOneOff(name: string, command: string, ending = /^Process exited with status \d+$/) {
  const lines: string[] = [];
  const unfollow = test.app(name).log.follow(({ dyno, text }) => {
    if (dyno.startsWith('run.')) lines.push(text);
  });
  await test.heroku.control.act(name, { action: 'one-off', command });
  await test.until(() => lines.some((line) => ending.test(line)));
  unfollow();
  return lines;
}

describe('the processes', () => {
  let app: Deployed;
  beforeAll(async () => {
    app = await deploy('shop', { JOB_MS: '50' });
  });

  it('web answers with what is in the database', async () => {
    expect(await visit('shop')).toBe('200 Hello from code 1');
    await app.watch.query("UPDATE settings SET value = 'Welcome' WHERE name = 'greeting'");
    expect(await visit('shop')).toBe('200 Welcome from code 1');
  });

  it('workers share the jobs, and each is done once', async () => {
    await scale('shop', 2);
    await app.watch.untilConnected('worker', 2);
    const answers: string[] = [];
    let runs: JobRun[] = [];
    // A round is enough but for a machine that lets one of the two sleep through it.
    while (new Set(runs.map(({ dyno }) => dyno)).size < 2) {
      const round = Array.from({ length: 8 }, (_, index) => enqueue('shop', `${index}.50`));
      answers.push(...(await Promise.all(round)));
      runs = await app.watch.untilJobsDone(answers.length);
    }
    expect(answers.map((answer) => answer.split(' ')[0])).toEqual(answers.map(() => '201'));
    expect(ids(runs)).toEqual(answers.map((answer) => Number(answer.split(' ')[1])).sort((a, b) => a - b));
    for (const { takenAt, doneAt, code } of runs) {
      expect(code).toBe(1);
      expect(Date.parse(doneAt)).toBeGreaterThanOrEqual(Date.parse(takenAt));
    }
  });

  it('workers end the job at hand when they are scaled to zero, and take no other', async () => {
    const before = (await app.watch.jobRuns()).length;
    await Promise.all(Array.from({ length: 20 }, () => enqueue('shop', '1.00')));
    await app.watch.untilJobsDone(before + 2);
    await scale('shop', 0);
    await test.until(() => !test.app('shop').dynos.some(({ type }) => type === 'worker'));
    await app.watch.untilConnected('worker', 0);
    const runs = await app.watch.jobRuns();
    expect(new Set(ids(runs)).size).toBe(runs.length);
    const open = await app.watch.openJobs();
    expect(runs.length + open).toBe(before + 20);
    await enqueue('shop', '2.00');
    expect(await app.watch.openJobs()).toBe(open + 1);
    await app.watch.query('DELETE FROM jobs');
  });

  it('go on beside a session that holds a job: web answers, and a worker takes the next one', async () => {
    await enqueue('shop', '1.00');
    await enqueue('shop', '2.00');
    const url = test.app('shop').configVars['DATABASE_URL'] ?? '';
    const holder = new Client({ connectionString: url });
    await holder.connect();
    await holder.query('BEGIN');
    const { rows } = await holder.query<{ id: string }>('SELECT id FROM jobs ORDER BY id LIMIT 1 FOR UPDATE');
    const before = (await app.watch.jobRuns()).length;
    await scale('shop', 1);
    const runs = await app.watch.untilJobsDone(before + 1);
    expect(runs.at(-1)?.jobId).toBe(Number(rows[0]?.id) + 1);
    expect(await visit('shop')).toMatch(/^200 /);
    expect(await app.watch.openJobs()).toBe(1);
    await holder.query('ROLLBACK');
    await holder.end();
    await app.watch.untilJobsDone(before + 2);
  });
});

describe('the breaking migration', () => {
  it('applied by the release command, goes live with the code that needs it', async () => {
    const app = await deploy('releases');
    await enqueue('releases', '12.50');
    const output = await push(app, { version: 2, release: 'node migrate.js' });
    expect(output).toContain('The schema is at version 2');
    await test.until(() => test.heroku.platform.dynos.webPorts(test.app('releases')).length === 1);
    expect(await visit('releases')).toBe('200 Hello from code 2');
    expect(await enqueue('releases', '3.10')).toBe('201 2');
    expect(await app.watch.query('SELECT cents FROM jobs ORDER BY id')).toEqual([
      { cents: 1250 },
      { cents: 310 },
    ]);
    expect(await app.watch.migrationSteps()).toEqual([...migrationSteps(1), ...migrationSteps(2)]);
  });

  it('half applied by a release command that fails, breaks the code that stays', async () => {
    const app = await deploy('fails', { MIGRATE_FAIL_AT: '2.5' });
    expect(await push(app, { version: 2, release: 'node migrate.js' })).toContain('ERROR: division by zero');
    const { releases } = await test.heroku.control.app('fails');
    expect(releases.at(-1)).toMatchObject({ status: 'failed', current: false });
    expect((await app.watch.migrationSteps()).slice(4)).toEqual(['2.1', '2.2', '2.3', '2.4']);
    expect(await visit('fails')).toBe('500 relation "settings" does not exist');
    expect(await enqueue('fails', '1.00')).toMatch(/^500 null value in column "cents"/);
  });

  it('run in a one-off dyno, can be watched half way, and can not be run again after a failure', async () => {
    const app = await deploy('one-offs');
    await push(app, { version: 2 });
    expect(await runOneOff('one-offs', 'node migrate.js --pending')).toContain(
      'Process exited with status 1',
    );

    const failing = 'node migrate.js --hold-at 2.2 --fail-at 2.3';
    await runOneOff('one-offs', failing, /Holding before 2\.2/);
    await app.watch.untilHeld();
    expect((await app.watch.migrationSteps()).at(-1)).toBe('2.1');
    expect(await app.watch.query('SELECT cents FROM jobs')).toEqual([]);
    await app.watch.letGo();
    await test.until(() => !test.app('one-offs').dynos.some(({ type }) => type === 'run'));
    expect((await app.watch.migrationSteps()).at(-1)).toBe('2.2');

    const again = await runOneOff('one-offs', 'node migrate.js');
    expect(again).toContain('ERROR: column "cents" of relation "jobs" already exists');
    await app.watch.query('ALTER TABLE jobs DROP COLUMN cents');
    const slow = await runOneOff('one-offs', 'node migrate.js --pause-ms 5');
    expect(slow).toEqual(
      expect.arrayContaining(['The schema is at version 2', 'Process exited with status 0']),
    );
    expect(await runOneOff('one-offs', 'node migrate.js --pending')).toContain(
      'Process exited with status 0',
    );
    expect(await visit('one-offs')).toBe('200 Hello from code 2');
  });

  it('is refused to a worker of the old code as soon as its column is gone', async () => {
    const app = await deploy('workers');
    await scale('workers', 1);
    await app.watch.untilConnected('worker', 1);
    await app.watch.query('ALTER TABLE jobs DROP COLUMN amount');
    await test.until(() =>
      test.app('workers').dynos.some(({ type, state }) => type === 'worker' && state === 'crashed'),
    );
    const { log } = await test.heroku.control.app('workers');
    expect(log.join('\n')).toContain('app[worker.1]: ERROR: column "amount" does not exist');
  });
});
