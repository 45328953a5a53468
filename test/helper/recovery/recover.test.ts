import { JournalKeeper } from '../../../src/helper/journal/keeper.ts';
import { recoverEarlier } from '../../../src/helper/recovery/recover-earlier.ts';
import { recoverJournal } from '../../../src/helper/recovery/recover.ts';
import { readSettings } from '../../../src/helper/settings/read-settings.ts';
import { checkApp } from '../../../src/helper/deployment/check-app.ts';
import { Findings } from '../../../src/helper/deployment/findings.ts';
import {
  rejection,
  SLEEP,
  type TestApp,
  type TestRun,
  WEB,
  WindowWorld,
} from '../window/support/window-world.ts';

/** What a lost run's journal says, and what is done about it. */
let world: WindowWorld;
beforeAll(async () => {
  world = await WindowWorld.start();
});
afterAll(() => world.close());

/** An app behind its page, as a run left it that had opened a window to migrate. */
async function lost(then?: (app: TestApp) => Promise<unknown>): Promise<{
  app: TestApp;
  run: TestRun;
  journal: JournalKeeper;
  recover: (options?: Parameters<typeof recoverJournal>[2]) => Promise<readonly string[]>;
}> {
  const app = await world.app();
  await then?.(app);
  const run = world.run(app.name);
  const { journal } = await world.prepare(run);
  await app.act({ action: 'maintenance', enabled: true });
  await app.act({ action: 'scale', formation: { worker: 0 } });
  const settings = readSettings('recover', { 'app-name': app.name }, {});
  return { app, run, journal, recover: (options) => recoverJournal({ ...run, settings }, journal, options) };
}

describe('the first deployment of an app, lost between its release and its migration', () => {
  async function first(): Promise<Awaited<ReturnType<typeof lost>>> {
    const left = await lost();
    const { app, journal } = left;
    const found = {
      ...journal.current.found,
      slugId: null,
      commit: null,
      release: { id: 'first', version: 1 },
    };
    const { commit } = app.app.current.slug ?? {};
    await journal.note({
      status: 'open',
      stage: 'shipping',
      commit: commit ?? '',
      found,
      releases: ['first'],
    });
    return left;
  }

  test('stays behind its page', async () => {
    const { app, journal, recover } = await first();
    expect(await rejection(recover())).toMatchObject({ verdict: 'held' });
    expect(app.app.maintenance).toBe(true);
    expect(journal.current.status).toBe('held');
  });

  test('is gone on with by the next run, and opened by who says so', async () => {
    const { app, journal, recover } = await first();
    expect(await recover({ forNewRun: true })).toEqual([]);
    expect(app.app.maintenance).toBe(true);
    expect(journal.current.status).toBe('held');
    expect(await recover({ evenHeld: true })).toEqual([]);
    expect(app.app.maintenance).toBe(false);
  });
});

describe('a run that continues a held window, lost between its halves', () => {
  test('has begun nothing where its commit is not current: the next run continues the window', async () => {
    const { app, journal, recover } = await lost();
    await journal.note({ continues: true, reason: 'It failed.' });
    expect(await recover({ forNewRun: true })).toEqual([]);
    expect(journal.current).toMatchObject({ status: 'held', reason: 'It failed.' });
    expect(app.app.maintenance).toBe(true);
  });

  test('may have migrated where its commit is current', async () => {
    const { app, journal, recover } = await lost();
    await journal.note({ continues: true, commit: app.app.current.slug?.commit ?? '' });
    expect(await rejection(recover({ forNewRun: true }))).toMatchObject({ verdict: 'unknown' });
    expect(app.app.maintenance).toBe(true);
  });
});

describe('a migration of what is deployed already, lost on an app that has a release process', () => {
  test.each(['before', 'migrating'] as const)('is not proven by that process: %s', async (stage) => {
    const { app, run, journal, recover } = await lost(async (one) => {
      await one.release({ web: WEB, worker: SLEEP, release: 'true' });
      await world.test.until(() => one.app.current.slug?.processTypes['release'] !== undefined);
    });
    const facts = await checkApp(run.ports.heroku, run.settings, undefined, new Findings());
    await journal.note({ commit: facts.deployedCommit ?? '', stage });

    expect(await rejection(recover())).toMatchObject({ verdict: 'unknown' });

    expect(journal.current.status).toBe('held');
    expect(app.app.maintenance).toBe(true);
    expect(app.quantity('worker')).toBe(0);
  });
});

test('a release phase that has failed since is what the next run must make up for', async () => {
  const { app, journal, recover } = await lost();
  await world.control.changeSettings(app.name, { releaseResult: 'fail' });
  await app.release({ web: WEB, worker: SLEEP, release: 'true' });
  await world.test.until(() => app.app.releases.at(-1)?.status === 'failed');
  await journal.note({ commit: app.app.slugs.at(-1)?.commit ?? '', migrates: false });

  expect(await rejection(recover())).toMatchObject({ verdict: 'unknown' });

  expect(journal.current).toMatchObject({ status: 'held', phaseUnproven: true });
  expect(app.app.maintenance).toBe(true);
});

describe('a page that came on some minutes after the journal of a run that was lost', () => {
  const MINUTE_MS = 60_000;
  async function pageAfter(minutes: number): Promise<Awaited<ReturnType<typeof lost>>> {
    const left = await lost();
    await left.app.act({ action: 'scale', formation: { worker: 2 } });
    const { current } = left.journal;
    const writtenAt = new Date(Date.parse(current.writtenAt) - minutes * MINUTE_MS).toISOString();
    const journal = new JournalKeeper(left.run.ports, { ...current, writtenAt });
    const settings = readSettings('recover', { 'app-name': left.app.name }, {});
    return {
      ...left,
      journal,
      recover: (options) => recoverJournal({ ...left.run, settings }, journal, options),
    };
  }

  test('may be that run’s, which had to wait: it is held, and goes off for who says so', async () => {
    const { app, journal, recover } = await pageAfter(5);
    expect(await rejection(recover())).toMatchObject({ verdict: 'held' });
    expect(app.app.maintenance).toBe(true);
    expect(journal.current.status).toBe('prepared');
    await recover({ evenHeld: true });
    expect(app.app.maintenance).toBe(false);
    expect(journal.current.status).toBe('closed');
  });

  test('is somebody’s where no run waits for so long', async () => {
    const { app, journal, recover } = await pageAfter(45);
    expect(await recover()).toEqual([]);
    expect(app.app.maintenance).toBe(true);
    expect(journal.current.status).toBe('closed');
  });
});

test('code that a lost run left in a window opened by hand, without its migration, is not taken for migrated later', async () => {
  const { app, journal, recover } = await lost();
  const commit = app.app.current.slug?.commit ?? '';
  await journal.note({ byHand: true, status: 'open', stage: 'shipping', commit });
  expect(await recover()).toEqual([]);
  expect(journal.current).toMatchObject({ status: 'held', byHand: true, stillPending: true });
});

describe('a run that begins', () => {
  const DAY_MS = 24 * 3_600_000;

  test('puts nothing back after a journal that is too old, and still knows that its migration is not proven', async () => {
    const { app, run, journal } = await lost();
    const now = run.ports.clock.now() - 3 * DAY_MS;
    const ports = { ...run.ports, clock: { ...run.ports.clock, now: () => now } };
    await new JournalKeeper(ports, journal.current).note({ status: 'open', stage: 'migrating' });
    const earlier = await recoverEarlier(run, await run.ports.heroku.app(app.name));
    expect(earlier).toMatchObject({ recovered: false, held: undefined, last: { stage: 'migrating' } });
    expect(app.app.maintenance).toBe(true);
  });

  test('switches preboot on again that a held window has off, though somebody opened the window', async () => {
    const { app, run, journal } = await lost();
    await journal.note({ status: 'held', set: { ...journal.current.set, prebootOff: true } });
    await app.act({ action: 'maintenance', enabled: false });
    await app.act({ action: 'scale', formation: { worker: 2 } });
    const earlier = await recoverEarlier(run, await run.ports.heroku.app(app.name));
    expect(earlier).toMatchObject({ recovered: true, held: undefined });
    expect(await run.ports.heroku.featureEnabled(app.name, 'preboot')).toBe(true);
  });
});
