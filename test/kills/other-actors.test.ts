import { sign } from '../../src/helper/journal/signature.ts';
import { Secret } from '../../src/helper/output/secret.ts';
import { MIGRATION } from './support/app.ts';
import { APP_NAME } from './support/orb-job.ts';
import { IN_THE_WINDOW, lostAt, type Phase } from './support/phases.ts';
import { KEY, type Stage, type Standing } from './support/stage.ts';
import { useStage } from './support/use-stage.ts';

/** Other runs and people are at work on the same app: neither may hide what a lost run left, nor be overruled. */
let stage: Stage;
let found: Standing;
useStage((...now) => {
  [stage, found] = now;
});

const scaled = IN_THE_WINDOW.find(({ name }) => name.endsWith(', scaled')) as Phase;
const stopped = ['clock=0:Standard-1X', 'web=1:Standard-1X', 'worker=0:Standard-2X'];
const MIGRATING = { 'migrate-command': MIGRATION };

test('a run that ends before it did anything keeps no journal: it would hide that of a lost one', async () => {
  // Its clock is no faster than ours, so that it waits for as long as it is left waiting.
  const early = stage.job('deploy', { environment: { HEROKU_CD_TIME_LAPSE: '1' } });
  stage.stall({ surface: 'api', method: 'GET', path: '^/account$' });
  await stage.untilStalled(early);
  stage.clearFaults();
  stage.heroku.control.clearRequests();
  const { workflow } = await lostAt(stage, scaled);
  early.signal('SIGTERM');
  expect(await early.end).toMatchObject({ exitCode: 143 });
  expect(await stage.standing()).toMatchObject({ formation: stopped, page: true });

  const recovery = await stage.job('recover', { workflow }).end;

  expect(recovery).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual(found);
});

test('a lost run whose journal is not the newest: recover does not call the page well', async () => {
  const { workflow } = await lostAt(stage, scaled);
  await stage.rewriteJournals((text) => {
    const { signature: _signature, ...journal } = JSON.parse(text) as Record<string, unknown>;
    const other = { ...journal, status: 'closed', workflows: ['another'] };
    return JSON.stringify({ ...other, signature: sign(other, new Secret(KEY)) });
  });

  const recovery = await stage.job('recover', { workflow }).end;

  expect(recovery).toMatchObject({ exitCode: 3, log: expect.stringContaining('--formation') });
  expect(await stage.standing()).toEqual({ ...found, formation: stopped, page: true });
});

test('a release of somebody else while recover brings processes back: the page stays on', async () => {
  const { workflow } = await lostAt(stage, scaled);
  stage.heroku.control.clearRequests();
  stage.stall({ surface: 'api', method: 'PATCH', path: `^/apps/${APP_NAME}/formation$` }, 'after-effect');
  const recovery = stage.job('recover', { workflow });
  await stage.untilStalled(recovery);
  await stage.heroku.control.act(APP_NAME, { action: 'release', description: 'By hand' });
  stage.clearFaults();

  const { exitCode, log } = await recovery.end;

  expect({ exitCode, log }).toMatchObject({ exitCode: 3, log: expect.stringContaining('By hand') });
  expect(await stage.standing()).toMatchObject({ page: true });
});

test('a held window that somebody has opened is not closed again by a run that fails', async () => {
  await stage.commit();
  await stage.failMigrations();
  const held = await stage.job('deploy', { parameters: MIGRATING }).end;
  expect(held).toMatchObject({ exitCode: 3 });
  const { control } = stage.heroku;
  await control.act(APP_NAME, { action: 'scale', formation: { worker: 3, clock: 1 } });
  await control.act(APP_NAME, { action: 'maintenance', enabled: false });
  const opened = await stage.standing();
  await control.changeSettings(APP_NAME, { buildResult: 'fail' });
  await stage.commit();

  const failed = await stage.job('deploy', { parameters: MIGRATING }).end;

  expect(failed).toMatchObject({ exitCode: 1, log: expect.stringContaining('has opened it since') });
  expect(await stage.standing()).toEqual(opened);

  await stage.mendMigrations();
  await control.changeSettings(APP_NAME, { buildResult: 'succeed' });
  expect(await stage.job('deploy', { parameters: MIGRATING }).end).toMatchObject({ exitCode: 0 });
  const { formation, page, ledger } = await stage.standing();
  expect({ formation, page }).toEqual({ formation: opened.formation, page: false });
  expect(ledger.at(-1)).toBe(`end ${stage.newest}`);
});

test('a migration that failed is not forgotten because a run after it failed before its own', async () => {
  await stage.commit();
  await stage.failMigrations();
  const open = { ...MIGRATING, maintenance: 'never' };
  expect(await stage.job('deploy', { parameters: open }).end).toMatchObject({ exitCode: 5 });
  await stage.mendMigrations();
  const parameters = { ...open, 'migration-paths': 'migrate.sh' };
  await stage.commit();
  await stage.heroku.control.changeSettings(APP_NAME, { buildResult: 'fail' });
  expect(await stage.job('deploy', { parameters }).end).toMatchObject({ exitCode: 1 });
  await stage.heroku.control.changeSettings(APP_NAME, { buildResult: 'succeed' });

  expect(await stage.job('deploy', { parameters }).end).toMatchObject({ exitCode: 0 });
  expect((await stage.standing()).ledger.at(-1)).toBe(`end ${stage.newest}`);
  // Proven by now: files that have not changed say enough again.
  await stage.commit();
  expect(await stage.job('deploy', { parameters }).end).toMatchObject({
    exitCode: 0,
    log: expect.stringContaining('Nothing to migrate'),
  });
});

test('a held window whose migration turns out to be done: dynos that booted before it are restarted', async () => {
  await stage.commit();
  await stage.failMigrations();
  const parameters = { ...MIGRATING, 'pending-migrations-command': 'test ! -e "$LEDGER.fail"' };
  expect(await stage.job('deploy', { parameters }).end).toMatchObject({ exitCode: 3 });
  await stage.mendMigrations();
  stage.heroku.control.clearRequests();

  const next = await stage.job('deploy', { parameters }).end;

  expect(next).toMatchObject({
    exitCode: 0,
    log: expect.stringContaining('Nothing to migrate'),
    // Whether the run that held the window had migrated by then, nobody knows.
    result: { database: 'unknown' },
  });
  expect(next.log).toMatch(/== restart[^]*== close window/);
  expect(await stage.standing()).toMatchObject({ formation: found.formation, page: false });
});

test('somebody deployed code of no known commit: an old commit, built before or not, is not deployed over it', async () => {
  const built = await stage.commit();
  expect(await stage.job('deploy').end).toMatchObject({ exitCode: 0 });
  const unbuilt = await stage.commit();
  await stage.commit();
  expect(await stage.job('deploy').end).toMatchObject({ exitCode: 0 });
  const [app] = stage.heroku.platform.apps.all;
  const slug = app?.current.slug as { commit: string | null };
  const { commit } = slug;
  slug.commit = null;
  try {
    for (const revision of [built, unbuilt]) {
      const old = await stage.job('deploy', { parameters: { revision } }).end;
      expect(old).toMatchObject({ log: expect.stringContaining('force: true') });
      expect(old.exitCode === 1 || old.exitCode === 2).toBe(true);
      expect(app?.current.slug).toBe(slug);
    }
    const parameters = { revision: built, force: 'true' };
    expect(await stage.job('deploy', { parameters }).end).toMatchObject({ exitCode: 0 });
    expect(app?.current.slug?.commit).toBe(built);
  } finally {
    slug.commit = commit;
  }
});
