import type { JournalKeeper } from '../../../src/helper/journal/keeper.ts';
import { recoverJournal } from '../../../src/helper/recovery/recover.ts';
import { readSettings } from '../../../src/helper/settings/read-settings.ts';
import { rejection, type TestApp, type TestRun, WindowWorld } from '../window/support/window-world.ts';

/** What a lost run's journal says, and what is done about it. */
let world: WindowWorld;
beforeAll(async () => {
  world = await WindowWorld.start();
});
afterAll(() => world.close());

/** An app behind its page, as a run left it that had opened a window to migrate. */
async function lost(): Promise<{
  app: TestApp;
  run: TestRun;
  journal: JournalKeeper;
  recover: (options?: Parameters<typeof recoverJournal>[2]) => Promise<readonly string[]>;
}> {
  const app = await world.app();
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
