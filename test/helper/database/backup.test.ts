import { backUp, describeBackups } from '../../../src/helper/database/backup.ts';
import { planBackup } from '../../../src/helper/database/backup-plan.ts';
import { checkApp } from '../../../src/helper/deployment/check-app.ts';
import type { Preflight } from '../../../src/helper/deployment/deploy-state.ts';
import { Findings } from '../../../src/helper/deployment/findings.ts';
import { Refusal } from '../../../src/helper/errors.ts';
import { openWindow } from '../../../src/helper/window/open.ts';
import type { FaultEffect, TransferView } from '../../../src/simulator/index.ts';
import { rejection, WindowWorld, type TestApp, type TestRun } from '../window/support/window-world.ts';

let world: WindowWorld;
beforeAll(async () => {
  world = await WindowWorld.start();
});
afterAll(() => world.close());
afterEach(() => world.control.clearFaults());

const MIGRATES = { 'migrate-command': 'node migrate.js' };

/** An app with a database; its processes do not matter here. */
async function appWithDatabase(plan?: string): Promise<TestApp> {
  const app = await world.app({}, {});
  await app.act({ action: 'add-postgres', ...(plan === undefined ? {} : { plan }) });
  return app;
}

/** As the phases of a deployment do it: preflight, snapshot, window, backup. */
async function backedUp(app: TestApp, flags: Readonly<Record<string, string | boolean>> = {}, lapse = 200) {
  const run = world.run(app.name, { ...MIGRATES, ...flags }, lapse);
  const { facts, journal } = await world.prepare(run);
  const plan = await planBackup(run, facts, { migrates: true, window: true }, undefined);
  const window = await openWindow(run, facts, journal);
  world.willClose(window);
  if (plan === undefined) throw new Error('There is nothing to back up.');
  await backUp(run, plan, journal, window);
  return { run, journal, plan };
}

async function plan(app: TestApp, flags: Readonly<Record<string, string | boolean>> = MIGRATES) {
  const run = world.run(app.name, flags);
  const facts = await checkApp(run.ports.heroku, run.settings, undefined, new Findings());
  await world.control.clearRequests();
  const question = { migrates: 'migrate-command' in flags, window: true };
  return { run, plan: planBackup(run, facts, question, undefined) };
}

async function transfers(app: TestApp): Promise<readonly TransferView[]> {
  return (await world.control.app(app.name)).transfers;
}

const fault = (path: string, effect: FaultEffect, match: object = {}) =>
  world.control.addFault({ match: { surface: 'data', path, ...match }, effect });

describe('a backup', () => {
  it('is proven by its end, has its id in the journal, and tells how far it is', async () => {
    const app = await appWithDatabase();
    await world.control.changeSettings(app.name, { backupMs: 400 });
    const { run, journal } = await backedUp(app);

    expect(await transfers(app)).toMatchObject([{ name: 'b001', state: 'succeeded' }]);
    expect(journal.current.database).toMatchObject({ backup: { name: 'b001' } });
    expect(journal.current.database).not.toHaveProperty('pending');
    expect(describeBackups(journal.current)).toBe('b001 (before the migration)');
    expect(run.log.all).toMatch(/Backup b001 of postgresql-\S+ is finished: [\d.]+ K?B\./);
    expect(run.log.all).toMatch(/b001: [\d.]+ K?B after \S+/);
    expect(JSON.stringify(journal.current) + run.log.all).not.toMatch(/postgres:\/\/|Signature|_backups/);
  });

  it('whose answer was lost is found by its time, and taken once', async () => {
    const app = await appWithDatabase();
    await world.control.act(app.name, { action: 'capture-backup' });
    await world.control.until(app.name, (one) => one.transfers[0]?.state === 'succeeded');
    await fault('/backups$', { kind: 'reset', when: 'after-effect' }, { method: 'POST', nth: 1 });
    const { journal } = await backedUp(app);
    expect(journal.current.database?.backup?.name).toBe('b002');
    expect(await transfers(app)).toHaveLength(2);
  });

  it('bears polls that fail for a while', async () => {
    const app = await appWithDatabase();
    await fault('/transfers/', { kind: 'status', status: 503 }, { method: 'GET', nth: 1, times: 20 });
    const { journal } = await backedUp(app);
    expect(journal.current.database?.backup?.name).toBe('b001');
  });

  it('asks quickly at first, and then three seconds apart', async () => {
    const app = await appWithDatabase();
    await world.control.changeSettings(app.name, { backupMs: 900 });
    await world.control.clearRequests();
    await backedUp(app, {}, 10);
    const polls = (await world.control.requests({ surface: 'data' })).filter(({ path }) =>
      /transfers\/./.test(path),
    );
    expect(polls.length).toBeGreaterThan(1);
    // Nine seconds: after 0, 0.5, 1.3, 2.4, 4.1, 6.6 and 9.6.
    expect(polls.length).toBeLessThanOrEqual(8);
  });
});

describe('a backup that is none', () => {
  const attempt = async (
    app: TestApp,
    flags: Readonly<Record<string, string>> = {},
  ): Promise<{ error: Error; run: TestRun }> => {
    const run = world.run(app.name, { ...MIGRATES, ...flags }, 200);
    const { facts, journal } = await world.prepare(run);
    const planned = await planBackup(run, facts, { migrates: true, window: false }, undefined);
    if (planned === undefined) throw new Error('There is nothing to back up.');
    const error = await rejection(backUp(run, planned, journal, undefined));
    expect(journal.current.database?.backup).toBeUndefined();
    await run.undo.unwind(run.log);
    return { error, run };
  };

  it('fails with the last lines of its log when it finishes without success', async () => {
    const app = await appWithDatabase();
    await world.control.changeSettings(app.name, { backupResult: 'fail' });
    const { error } = await attempt(app);
    expect(error.message).toContain(`The backup b001 of ${app.name} ended without success.`);
    expect(error.message).toContain('as the settings of this app ask for');
  });

  it.each(['stay-running', 'stay-pending'] as const)(
    'names its limit and is cancelled: %s',
    async (result) => {
      const app = await appWithDatabase();
      await world.control.changeSettings(app.name, { backupResult: result });
      const { error, run } = await attempt(app, { 'backup-timeout': '20s' });
      expect(error).toMatchObject({ parameter: 'backup-timeout', verdict: 'failed' });
      expect(error.message).toContain('was not finished after 20 s');
      expect(await transfers(app)).toMatchObject([{ name: 'b001', state: 'canceled' }]);
      expect(run.log.all).toContain('cancel the backup');
    },
  );

  it('fails after 21 polls in a row that failed, though it may be there', async () => {
    const app = await appWithDatabase();
    await fault('/transfers/', { kind: 'status', status: 503 }, { method: 'GET' });
    const { error } = await attempt(app);
    expect(error.message).toContain('21 times in a row');
    const [applied] = await world.control.faults();
    // One more asks, for the undoing, whether it is to be cancelled.
    expect(applied?.applied).toBe(22);
  });

  it('fails when somebody else cancels it', async () => {
    const app = await appWithDatabase();
    await world.control.changeSettings(app.name, { backupResult: 'stay-running' });
    const failed = attempt(app);
    await world.control.until(app.name, (one) => one.transfers[0]?.state === 'running');
    await app.act({ action: 'cancel-transfer' });
    expect((await failed).error.message).toContain('was cancelled');
  });
});

describe('what is found before anything is touched', () => {
  it('an app without a database costs one read, and goes on', async () => {
    const app = await world.app({}, {});
    const { run, plan: planned } = await plan(app);
    expect(await planned).toBeUndefined();
    expect(run.log.all).toContain('has no database of Heroku Postgres. No backup is taken.');
    expect(await world.control.requests({})).toHaveLength(1);
  });

  it('nothing at all is read where nothing migrates, or no backup is wanted', async () => {
    const app = await world.app({}, {});
    expect(await (await plan(app, {})).plan).toBeUndefined();
    expect(await (await plan(app, { ...MIGRATES, backup: 'never' })).plan).toBeUndefined();
    expect(await world.control.requests({})).toHaveLength(0);
  });

  it('a window whose release phase migrates has a backup, and one without a migration says why it has none', async () => {
    const app = await appWithDatabase();
    const planned = async (
      needs: Pick<Preflight, 'releasePhase' | 'window' | 'nothingPending'>,
      flags = {},
    ) => {
      const run = world.run(app.name, flags);
      const facts = await checkApp(run.ports.heroku, run.settings, undefined, new Findings());
      const backup = await planBackup(run, facts, { migrates: false, ...needs }, undefined);
      return [backup?.act, run.log.all.includes('; `backup: always` takes one.')];
    };
    expect(await planned({ releasePhase: true, window: true })).toEqual(['dump', false]);
    expect(await planned({ releasePhase: false, window: true })).toEqual([undefined, true]);
    expect(await planned({ releasePhase: false, window: true, nothingPending: true }, MIGRATES)).toEqual([
      undefined,
      true,
    ]);
    expect(await planned({ releasePhase: true, window: true }, { backup: 'never' })).toEqual([
      undefined,
      false,
    ]);
    // Without a window each release would wait for one, and nothing tells whether it migrates.
    expect(await planned({ releasePhase: true, window: false })).toEqual([undefined, false]);
  });

  it('always is refused where there is no database, and where it is somewhere else', async () => {
    const app = await world.app({}, {});
    const error = await rejection((await plan(app, { backup: 'always' })).plan);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ parameter: 'backup' });

    await app.act({ action: 'add-postgres', attachment: 'REPORTS' });
    await app.act({ action: 'config', vars: { DATABASE_URL: 'postgres://me:secret@db.example.com/shop' } });
    const external = await rejection((await plan(app, { backup: 'always' })).plan);
    expect(external.message).toContain('only its own provider can back it up');
    expect(external.message).not.toContain('secret');
  });

  it('a database that was promoted by its address alone is found by it', async () => {
    const app = await world.app({}, {});
    await app.act({ action: 'add-postgres', attachment: 'HEROKU_POSTGRESQL_RED' });
    const { configVars, addOns } = await world.control.app(app.name);
    const url = configVars['HEROKU_POSTGRESQL_RED_URL'] ?? '';
    await app.act({ action: 'config', vars: { DATABASE_URL: url } });
    const planned = await (await plan(app)).plan;
    expect(planned).toMatchObject({ act: 'dump', database: { name: addOns[0]?.name } });
  });

  it('another app’s database is named, and its backup is that app’s', async () => {
    const owner = await appWithDatabase();
    const app = await world.app({}, {});
    const [addOn] = (await world.control.app(owner.name)).addOns;
    await app.act({ action: 'attach', addOn: addOn?.name ?? '', name: 'DATABASE' });
    const { run, plan: planned } = await plan(app);
    expect(await planned).toMatchObject({
      database: { billingApp: owner.name },
      names: ['DATABASE'],
      sharedWith: [owner.name],
    });
    expect(run.log.all).toContain(`is shared with ${owner.name}`);
    await backedUp(app);
    expect(await transfers(owner)).toMatchObject([{ name: 'b001', state: 'succeeded' }]);
  });

  it('a backup or restore that is going on is refused by its name', async () => {
    const app = await appWithDatabase();
    await world.control.changeSettings(app.name, { backupResult: 'stay-running' });
    await app.act({ action: 'capture-backup', scheduled: true });
    const error = await rejection((await plan(app)).plan);
    expect(error).toBeInstanceOf(Refusal);
    expect(error.message).toContain('a001, a backup of');
    await app.act({ action: 'cancel-transfer' });
    expect(await (await plan(app)).plan).toMatchObject({ act: 'dump' });
  });

  it('a database that is not there yet is refused', async () => {
    const app = await appWithDatabase();
    const [addOn] = (await world.control.app(app.name)).addOns;
    await app.act({ action: 'change-add-on', addOn: addOn?.name ?? '', state: 'provisioning' });
    expect(await rejection((await plan(app)).plan)).toMatchObject({
      next: `heroku pg:wait ${addOn?.name} -a ${app.name}`,
    });
  });
});

describe('a database with continuous protection', () => {
  it('gets a recovery point and the command that goes back to it', async () => {
    const app = await appWithDatabase('standard-0');
    const { run, journal } = await backedUp(app);
    expect(await transfers(app)).toEqual([]);
    const { recoveryPoint } = journal.current.database ?? {};
    expect(recoveryPoint).toMatch(/^\d{4}-\d\d-\d\dT/);
    const [addOn] = (await world.control.app(app.name)).addOns;
    const command = `heroku addons:create heroku-postgresql:standard-0 -a ${app.name} -- --rollback ${addOn?.name} --to '${recoveryPoint?.slice(0, 10)} `;
    expect(run.log.all).toContain(command);
    expect(describeBackups(journal.current)).toContain(command);
  });

  it('is dumped where that is asked for, with a warning where it is large', async () => {
    const app = await appWithDatabase('standard-0');
    const [addOn] = (await world.control.app(app.name)).addOns;
    await app.act({ action: 'change-add-on', addOn: addOn?.name ?? '', bytes: 21 * 2 ** 30 });
    const { run, plan: planned } = await plan(app, { ...MIGRATES, backup: 'always' });
    expect(await planned).toMatchObject({ act: 'dump' });
    expect(run.log.all).toContain('more than 20 GB');
  });
});

describe('a database of more than 20 GB without continuous protection', () => {
  const large = async (): Promise<TestApp> => {
    const app = await appWithDatabase();
    const [addOn] = (await world.control.app(app.name)).addOns;
    await app.act({ action: 'change-add-on', addOn: addOn?.name ?? '', bytes: 20 * 2 ** 30 + 1 });
    return app;
  };

  it('is refused with advice, before anything is touched', async () => {
    const app = await large();
    const [addOn] = (await world.control.app(app.name)).addOns;
    const error = await rejection((await plan(app)).plan);
    expect(error).toMatchObject({ verdict: 'refused', parameter: 'backup' });
    expect(error.message).toContain(`${addOn?.name} of ${app.name} has more than 20 GB`);
    for (const advice of [
      `heroku addons:create heroku-postgresql:standard-0 -a ${app.name} -- --fork ${addOn?.name}`,
      `heroku pg:backups:capture ${addOn?.name} -a ${app.name}`,
      'set `backup` to `never`',
      'set it to `always` and raise `backup-timeout`',
    ]) {
      expect(error).toMatchObject({ next: expect.stringContaining(advice) as string });
    }
    expect(await transfers(app)).toEqual([]);
  });

  it('is dumped, with a warning, where somebody insists', async () => {
    for (const flags of [
      { backup: 'always' },
      { 'on-migration-failure': 'restore', 'stop-web': true },
    ] as const) {
      const { run, plan: planned } = await plan(await large(), { ...MIGRATES, ...flags });
      expect(await planned).toMatchObject({ act: 'dump' });
      expect(run.log.all).toContain('more than 20 GB');
    }
  });

  it('is migrated without a backup where that is asked for, and nobody asks where nothing migrates', async () => {
    const app = await large();
    expect(await (await plan(app, { ...MIGRATES, backup: 'never' })).plan).toBeUndefined();
    expect(await (await plan(app, {})).plan).toBeUndefined();
  });

  it('is dumped as ever where it is no larger than that', async () => {
    const app = await appWithDatabase();
    const [addOn] = (await world.control.app(app.name)).addOns;
    await app.act({ action: 'change-add-on', addOn: addOn?.name ?? '', bytes: 20 * 2 ** 30 });
    const { run, plan: planned } = await plan(app);
    expect(await planned).toMatchObject({ act: 'dump' });
    expect(run.log.all).not.toContain('20 GB');
  });
});

describe('on-migration-failure: restore', () => {
  const restore = { ...MIGRATES, 'on-migration-failure': 'restore', 'stop-web': true };

  it.each([
    ['stop-web', { ...restore, 'stop-web': false }],
    ['backup', { ...restore, backup: 'never' }],
  ])('is refused with the parameter %s', async (parameter, flags) => {
    const app = await world.app({}, {});
    const error = await rejection((await plan(app, flags)).plan);
    expect(error).toMatchObject({ verdict: 'refused', parameter });
    expect(error.message).toContain('on-migration-failure: restore');
  });

  it('is refused without a window, and without a database', async () => {
    const app = await world.app({}, {});
    const run = world.run(app.name, restore);
    const facts = await checkApp(run.ports.heroku, run.settings, undefined, new Findings());
    const noWindow = planBackup(run, facts, { migrates: true, window: false }, undefined);
    expect(await rejection(noWindow)).toMatchObject({ parameter: 'maintenance' });
    expect(await rejection((await plan(app, restore)).plan)).toMatchObject({
      parameter: 'on-migration-failure',
    });
  });

  it('takes a dump though the database has continuous protection', async () => {
    expect(await (await plan(await appWithDatabase('standard-0'), restore)).plan).toMatchObject({
      act: 'dump',
    });
  });

  it('is refused where other apps are on the database, unless that is accepted', async () => {
    const app = await appWithDatabase();
    const other = await world.app({}, {});
    const [addOn] = (await world.control.app(app.name)).addOns;
    await other.act({ action: 'attach', addOn: addOn?.name ?? '', name: 'SHOP' });
    const error = await rejection((await plan(app, restore)).plan);
    expect(error).toMatchObject({ verdict: 'refused', parameter: 'shared-database' });
    expect(error.message).toContain(other.name);
    const accepted = await plan(app, { ...restore, 'shared-database': 'accept' });
    expect(await accepted.plan).toMatchObject({ act: 'dump', sharedWith: [other.name] });
  });
});
