import { MIGRATION, procfile } from './support/app.ts';
import { APP_NAME, type JobEnd } from './support/orb-job.ts';
import { Stage, type Standing } from './support/stage.ts';

/** What cannot be undone is held and said, in the log and in result.json alike. */
let stage: Stage;
let found: Standing;

beforeAll(async () => {
  stage = await Stage.create();
});
afterAll(async () => {
  await stage.close();
});
beforeEach(async () => {
  found = await stage.standing();
  await stage.commit();
});
afterEach(async () => {
  await stage.reset();
});

const stopped = ['clock=0:Standard-1X', 'web=1:Standard-1X', 'worker=0:Standard-2X'];
const ROLLBACK = { 'migrate-command': MIGRATION, 'on-migration-failure': 'rollback' };

/** Requests of this kind are refused from the nth on. */
function refuse(method: string, path: string, nth = 1): void {
  stage.heroku.control.addFault({
    match: { surface: 'api', method, path: `^/apps/${APP_NAME}/${path}$`, nth, times: 1_000 },
    effect: { kind: 'status', status: 422, id: 'invalid_params', message: 'Not now.' },
  });
}

/** The command that `State now:` ends with is the one that the result names. */
function expectOneNext({ log, result }: JobEnd): void {
  const [, next] = /State now:[^]*?\n *next +(.+)/.exec(log) ?? [];
  expect(next).toBeDefined();
  expect(result).toMatchObject({ error: { next } });
}

test('processes that cannot be scaled back keep the page on, and recover says the same until it can', async () => {
  await stage.heroku.control.changeSettings(APP_NAME, { buildResult: 'fail' });
  refuse('PATCH', 'formation', 2);

  const end = await stage.job('deploy', { parameters: { maintenance: 'always' } }).end;

  expect(end).toMatchObject({ exitCode: 3, result: { verdict: 'held', maintenance: { after: true } } });
  expect(end.log).toContain('That could not be undone');
  expectOneNext(end);
  expect(await stage.standing()).toEqual({ ...found, formation: stopped, page: true });

  const vain = await stage.job('recover', { parameters: { 'release-hold': 'true' } }).end;
  expect(vain).toMatchObject({ exitCode: 3, log: expect.stringContaining('could not be scaled back') });
  expect(await stage.standing()).toEqual({ ...found, formation: stopped, page: true });

  stage.clearFaults();
  expect(await stage.job('recover', { parameters: { 'release-hold': 'true' } }).end).toMatchObject({
    exitCode: 0,
  });
  expect(await stage.standing()).toEqual(found);
});

test('a rollback that Heroku refuses leaves the window held', async () => {
  await stage.failMigrations();
  refuse('POST', 'releases');

  const end = await stage.job('maintenance-wrapped-migrate', { parameters: ROLLBACK }).end;

  expect(end).toMatchObject({ exitCode: 3, log: expect.stringContaining('Going back failed') });
  expectOneNext(end);
  expect(await stage.standing()).toMatchObject({ formation: stopped, page: true, code: stage.newest });
});

test('a rollback that leaves process types stopped names them in the result, beside the migration’s failure', async () => {
  await stage.failMigrations();
  refuse('PATCH', 'formation', 2);

  const end = await stage.job('maintenance-wrapped-migrate', { parameters: ROLLBACK }).end;

  expect(end).toMatchObject({
    exitCode: 5,
    result: { verdict: 'incomplete', maintenance: { after: false } },
  });
  expect(end.result).toMatchObject({
    error: {
      what: 'The migration failed with exit status 7.',
      why: expect.stringMatching(/could not be brought back: .*clock.*worker/),
    },
  });
  expect(await stage.standing()).toMatchObject({ formation: stopped, page: false, code: found.code });
});

test('a type that the release does not have any more ends in exit 5, named in the result', async () => {
  await stage.commit({ Procfile: procfile({ worker: 'jobs' }) });

  const end = await stage.job('deploy', { parameters: { maintenance: 'always' } }).end;

  expect(end).toMatchObject({ exitCode: 5, result: { verdict: 'incomplete' } });
  expect(end.result).toMatchObject({ error: { what: expect.stringContaining('worker') } });
  expectOneNext(end);
  expect(await stage.standing()).toMatchObject({
    page: false,
    formation: ['clock=1:Standard-1X', 'jobs=0:Standard-1X', 'web=1:Standard-1X'],
  });
});

test('the same in a held window that is continued: it is closed, so nothing says that it is held', async () => {
  const parameters = {
    'migrate-command': MIGRATION,
    'pending-migrations-command': 'test ! -e "$LEDGER.fail"',
  };
  await stage.failMigrations();
  expect(await stage.job('deploy', { parameters }).end).toMatchObject({ exitCode: 3 });
  await stage.mendMigrations();
  await stage.commit({ Procfile: procfile({ worker: 'jobs' }) });

  const end = await stage.job('deploy', { parameters }).end;

  expect(end).toMatchObject({ exitCode: 5, result: { verdict: 'incomplete' } });
  expect(end.log).not.toContain('--release-hold');
  expect(await stage.standing()).toMatchObject({ page: false });
  expect(await stage.job('recover').end).toMatchObject({ exitCode: 0 });
});

test('a lost run’s window that `close-window` cannot close is held, and says so', async () => {
  const lost = await stage.job('deploy', {
    parameters: { 'migrate-command': MIGRATION, 'before-migrate': 'kill -9 $PPID' },
  }).end;
  expect(lost.exitCode).toBeNull();
  refuse('PATCH', 'formation');

  const end = await stage.job('close-window', {}).end;

  expect(end).toMatchObject({ exitCode: 3, log: expect.stringContaining('State now:') });
  expect(await stage.standing()).toMatchObject({ page: true });
});
