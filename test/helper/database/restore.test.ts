import { restoreByHand } from '../../../src/helper/acts/restore.ts';
import { planBackup } from '../../../src/helper/database/backup-plan.ts';
import { restoreDatabase } from '../../../src/helper/database/restore.ts';
import type { Journal } from '../../../src/helper/journal/journal.ts';
import { JournalKeeper, readJournal } from '../../../src/helper/journal/keeper.ts';
import type { Heroku } from '../../../src/helper/ports/heroku.ts';
import { readSettings } from '../../../src/helper/settings/read-settings.ts';
import { rejection, WindowWorld, type TestApp } from '../window/support/window-world.ts';

let world: WindowWorld;
beforeAll(async () => {
  world = await WindowWorld.start();
});
afterAll(() => world.close());

/** An app with a database and a backup of it, `b001`. */
async function backedUp(): Promise<TestApp> {
  const app = await world.app({}, {});
  await app.act({ action: 'add-postgres' });
  await app.act({ action: 'capture-backup' });
  await world.control.until(app.name, ({ transfers }) => transfers[0]?.state === 'succeeded');
  return app;
}

async function keptBy(app: TestApp, run: ReturnType<WindowWorld['run']>): Promise<Journal> {
  const found = await readJournal(run.ports, app.app);
  if ('none' in found) throw new Error('There is no journal.');
  return found.journal;
}

describe('a backup that was restored by hand', () => {
  const FLAGS = { 'app-name': '', 'backup-id': 'b001', confirm: '' };
  const restored = async (app: TestApp, run: ReturnType<WindowWorld['run']>) => {
    const settings = readSettings(
      'backup restore',
      { ...FLAGS, 'app-name': app.name, confirm: app.name },
      {},
    );
    return restoreByHand({ ports: run.ports, settings, budget: run.budget }, run.settings);
  };

  test('may be older than a migration: that one is no longer proven', async () => {
    const app = await backedUp();
    const run = world.run(app.name);
    expect(await restored(app, run)).not.toHaveProperty('error');
    expect(await keptBy(app, run)).toMatchObject({ status: 'closed', stillPending: true });
  });

  test('is told to be of another database', async () => {
    const app = await backedUp();
    const run = world.run(app.name);
    const { heroku } = run.ports;
    const transfers = async (name: string) =>
      (await heroku.transfers(name)).map((one) => ({ ...one, from: 'ANALYTICS' }));
    const settings = readSettings(
      'backup restore',
      { ...FLAGS, 'app-name': app.name, confirm: app.name, 'shared-database': 'accept' },
      {},
    );
    const other = new Proxy(heroku, {
      get: (target, name: keyof Heroku) => {
        const value: unknown = name === 'transfers' ? transfers : Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    await restoreByHand(
      { ports: { ...run.ports, heroku: other }, settings, budget: run.budget },
      run.settings,
    );
    expect(run.log.all).toContain('b001 is a backup of ANALYTICS, and not of ');
  });

  test('in a window that a run holds, too', async () => {
    const app = await backedUp();
    const run = world.run(app.name);
    const { journal } = await world.prepare(run);
    await journal.note({ status: 'held', stage: 'shipping', migrates: false, reason: 'Why.' });
    await app.act({ action: 'maintenance', enabled: true });
    expect(await restored(app, run)).not.toHaveProperty('error');
    expect(await keptBy(app, run)).toMatchObject({ status: 'held', stillPending: true });
  });
});

test('a backup that is gone once the one before its restore is taken: the database is not emptied for it', async () => {
  const app = await backedUp();
  const run = world.run(app.name);
  const { journal } = await world.prepare(run);
  const { heroku } = run.ports;
  const [database, [backup]] = await Promise.all([heroku.database(app.name), heroku.transfers(app.name)]);
  if (typeof database !== 'object' || backup === undefined) throw new Error('There is no backup.');
  // Of so many as the plan keeps, the new one was the end of the oldest.
  const closingHeroku = new Proxy(run.ports.closingHeroku, {
    get(target, name) {
      if (name !== 'transfers') return bound(target, name);
      return async (billingApp: string) => {
        const all = await target.transfers(billingApp);
        return all.length > 1 ? all.slice(1) : all;
      };
    },
  });
  const window = { ...run, journal, ports: { ...run.ports, closingHeroku } };

  const error = await rejection(
    restoreDatabase({ window, settings: run.settings, database, names: [], backupId: backup.id }),
  );

  expect(error).toMatchObject({ what: expect.stringContaining('not there any more') as string });
  expect(journal.current.stage).not.toBe('restoring');
  const data = world.control.requests({ surface: 'data' });
  expect(data.filter(({ path }) => path.endsWith(`${database.id}/reset`))).toEqual([]);
});

function bound(target: Heroku, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? value.bind(target) : value;
}

test('a held window’s backup is none of a database that was put in the place of its own', async () => {
  const app = await backedUp();
  const flags = { 'migrate-command': 'true', 'stop-web': true, 'on-migration-failure': 'restore' };
  const run = world.run(app.name, flags);
  const { heroku } = run.ports;
  const { facts, journal } = await world.prepare(run);
  const [database, [backup]] = await Promise.all([heroku.database(app.name), heroku.transfers(app.name)]);
  if (typeof database !== 'object' || backup === undefined) throw new Error('There is no backup.');
  await new JournalKeeper(run.ports, journal.current).note({ status: 'held' });
  const plan = (addOn: Partial<typeof database>) =>
    planBackup(
      run,
      facts,
      { migrates: true, window: true },
      {
        ...journal.current,
        database: { addOn: { ...database, ...addOn }, backup: { id: backup.id, name: backup.name } },
      },
    );

  expect(await plan({})).toMatchObject({ act: 'keep' });
  expect(await rejection(plan({ id: 'another', name: 'postgresql-before' }))).toMatchObject({
    verdict: 'refused',
    parameter: 'on-migration-failure',
  });
  expect(run.log.all).toContain('began with postgresql-before');
});
