import { OP } from '../support/scripted-memcached.ts';
import { CaseCache, type CacheFault } from '../faults/support/cache.ts';
import { MIGRATION } from './support/app.ts';
import { APP_NAME } from './support/orb-job.ts';
import { heldAt, lostAt, type Phase } from './support/phases.ts';
import { Stage, type Standing } from './support/stage.ts';

/** Signals and lost machines while caches are flushed, the app is asked how it is, and the code from before comes back. */
let stage: Stage;
let cache: CaseCache;
let found: Standing;
const cacheFaults: CacheFault[] = [];

beforeAll(async () => {
  stage = await Stage.create();
  cache = await CaseCache.start(cacheFaults);
  await stage.heroku.control.act(APP_NAME, { action: 'config', vars: cache.configVars });
});
afterAll(async () => {
  await stage.close();
  await cache.close();
});
beforeEach(async () => {
  await stage.heroku.control.until(APP_NAME, (app) => app.dynos.every(({ state }) => state === 'up'));
  cache.fill();
  found = await stage.standing();
});
afterEach(async () => {
  cacheFaults.length = 0;
  await stage.reset();
});

const FLUSHING: Phase = {
  name: 'flush caches',
  command: 'maintenance-wrapped-migrate',
  parameters: { 'migrate-command': MIGRATION, 'flush-cache': 'true' },
  prepare: () => void cacheFaults.push({ operation: OP.flush, nth: 1, act: 'nothing', lasting: true }),
  reached: () => new Promise((settle) => (cache.onFlush = settle)),
};
const asked: Phase = {
  name: 'health',
  command: 'deploy',
  parameters: { 'health-check-url': '/' },
  prepare: (it) => it.stall({ surface: 'router', method: 'GET', times: 1_000 }),
  reached: (it, job) => it.untilStalled(job),
};
const UNHEALTHY = `require('node:http').createServer((q, a) => {
  a.statusCode = 500;
  a.end();
}).listen(Number(process.env.PORT), '127.0.0.1');\n`;
/** The release of the code from before is asked for, and not answered. */
const goingBack = (when: 'before-effect' | 'after-effect'): Phase => ({
  name: `on-unhealthy: rollback, ${when}`,
  command: 'deploy',
  parameters: {
    'health-check-url': '/',
    'health-timeout': '20s',
    'on-unhealthy': 'rollback',
    maintenance: 'always',
  },
  files: { 'web.js': UNHEALTHY },
  prepare: (it) =>
    it.stall({ surface: 'api', method: 'POST', path: `^/apps/${APP_NAME}/releases$`, times: 1_000 }, when),
  reached: (it, job) => it.untilStalled(job),
});

/** The helper alone is killed: its job goes on to the steps that always run, and so caches the journal. */
async function killedAt(phase: Phase): Promise<string> {
  const job = await heldAt(stage, phase);
  job.signal('SIGKILL');
  await job.end;
  stage.clearFaults();
  return job.workflow;
}

/** How many releases are the code from before, put back. */
async function putBack(): Promise<number> {
  const { releases } = await stage.heroku.control.app(APP_NAME);
  return releases.filter(({ description }) => description.startsWith('Put back')).length;
}

const migrated = (): Standing => ({
  ...found,
  code: stage.newest,
  ledger: [`begin ${stage.newest}`, `end ${stage.newest}`],
});

test('SIGTERM while caches are flushed after a migration: the window is closed, and the cache is named', async () => {
  const job = await heldAt(stage, FLUSHING);
  job.signal('SIGTERM');
  const { exitCode, log, result } = await job.end;
  expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
  expect(await stage.standing()).toEqual(migrated());
  expect(result).toMatchObject({ caches: [] });
  expect(JSON.stringify(result?.['error'])).toContain(cache.address);
});

test('lost while caches are flushed after a migration: held, and the job run again flushes and opens', async () => {
  const { workflow } = await lostAt(stage, FLUSHING);
  const recovery = await stage.job('recover', { workflow }).end;
  expect(recovery).toMatchObject({ exitCode: 4, log: expect.stringContaining('State now:') });
  expect((await stage.standing()).page).toBe(true);
  cacheFaults.length = 0;
  const { exitCode, log } = await stage.job(FLUSHING.command, { parameters: FLUSHING.parameters }).end;
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(cache.isFilled).toBe(false);
  expect(await stage.standing()).toMatchObject({ ...found, code: stage.newest, ledger: expect.anything() });
});

test('killed while caches are flushed after a migration: recover closes the window, and names what was not flushed', async () => {
  const workflow = await killedAt(FLUSHING);
  const { exitCode, log } = await stage.job('recover', { workflow }).end;
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual(migrated());
  expect(log).toMatch(/not .*flushed.*heroku-cd flush-cache --app-name corner-shop/);
});

test('lost while the app is asked how it is: recover leaves the deployment, and says that it stays', async () => {
  const { workflow } = await lostAt(stage, asked);
  const { exitCode, log } = await stage.job('recover', { workflow }).end;
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toMatch(/v\d+ \([0-9a-f]{8}\), which that run released, is current on corner-shop and stays/);
  expect(await stage.standing()).toEqual({ ...found, code: stage.newest });
});

test('SIGTERM while the code from before is released again: it comes back', async () => {
  const job = await heldAt(stage, goingBack('before-effect'));
  job.signal('SIGTERM');
  await job.until(/SIGTERM: stopping/);
  stage.clearFaults();
  const { exitCode, log } = await job.end;
  expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
  expect(log).not.toContain('is done and stays');
  expect(await stage.standing()).toEqual(found);
});

test.each(['before-effect', 'after-effect'] as const)(
  'killed while the code from before is released again, %s: recover brings that to its end, once',
  async (when) => {
    const before = await putBack();
    const workflow = await killedAt(goingBack(when));
    // Somebody has put the page on since: it is none of the killed run's.
    await stage.heroku.control.act(APP_NAME, { action: 'maintenance', enabled: true });
    const { exitCode, log } = await stage.job('recover', { workflow }).end;
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(await stage.standing()).toEqual({ ...found, page: true });
    expect(await putBack()).toBe(before + 1);
  },
);

test('killed while the code from before is released again: a plain new run of the same commit does it all anew', async () => {
  await killedAt(goingBack('before-effect'));
  const { command, parameters } = goingBack('before-effect');
  const { exitCode, log } = await stage.job(command, { parameters }).end;
  expect({ exitCode, log }).toMatchObject({ exitCode: 1 });
  expect(await stage.standing()).toEqual(found);
});

test('lost while the code from before is released again: recover says what is current', async () => {
  const { workflow } = await lostAt(stage, goingBack('before-effect'));
  const { exitCode, log } = await stage.job('recover', { workflow }).end;
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toMatch(/v\d+ \([0-9a-f]{8}\), which that run released, is current/);
  expect(await stage.standing()).toEqual({ ...found, code: stage.newest });
});

test('what fails between a migration and the flush leaves caches that are named', async () => {
  const dynos = {
    surface: 'api',
    method: 'DELETE',
    path: `^/apps/${APP_NAME}/dynos$`,
    times: 1_000,
  } as const;
  stage.heroku.control.addFault({ match: dynos, effect: { kind: 'status', status: 422 } });
  await stage.commit();
  const parameters = { ...FLUSHING.parameters, maintenance: 'never' };
  const { exitCode, log, result } = await stage.job('deploy', { parameters }).end;
  expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
  expect(log).toContain('The caches were not flushed; that does it: heroku-cd flush-cache --app-name');
  expect(JSON.stringify(result?.['error'])).toContain('The caches were not flushed');
});
