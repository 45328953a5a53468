import { ControlClient } from '../../../src/simulator/index.ts';
import { withSession } from '../../../src/simulator/postgres/session.ts';
import { appFiles } from '../support/workspace.ts';
import { DataWorld } from './support/data-world.ts';

let world: DataWorld;
beforeAll(async () => {
  world = await DataWorld.start(['admin']);
});
afterAll(() => world.close());

/** The lines of pg:info by their names. */
async function info(): Promise<Record<string, string>> {
  const { body } = await world.database('GET', '');
  return Object.fromEntries(
    body.info.map(({ name, values }: { name: string; values: string[] }) => [name, values.join(', ')]),
  );
}

describe('info', () => {
  it('tells an Essential plan and what the database says of itself', async () => {
    await world.query('CREATE TABLE orders (id int); CREATE TABLE customers (id int)');
    const { body } = await world.database('GET', '');
    expect(body).toMatchObject({
      name: world.addOn,
      resource_url: world.url,
      num_tables: 2,
      plan: 'heroku-postgresql:essential-0',
      postgres_version: expect.stringMatching(/^\d+\.\d+$/),
      'waiting?': false,
    });
    const [size] = await world.query('SELECT pg_database_size(current_database()) AS bytes');
    expect(body.num_bytes).toBe(size?.['bytes']);
    expect(await info()).toMatchObject({
      Plan: 'Essential 0',
      Connections: '0/20',
      Tables: '2',
      'Data Size': expect.stringMatching(/^\d+\.\d MB \/ 1 GB \(0\.\d\d%\)$/),
      Rollback: 'Unsupported',
      'Continuous Protection': 'Off',
    });
    await withSession(world.url, async () => expect(await info()).toMatchObject({ Connections: '1/20' }));
  });

  it('tells of another plan and of another size as they are set', async () => {
    const change = { action: 'change-add-on', addOn: world.addOn } as const;
    await world.control.act('shop', { ...change, plan: 'standard-0', bytes: 25 * 2 ** 30 });
    expect((await world.database('GET', '')).body).toMatchObject({
      plan: { name: 'heroku-postgresql:standard-0' },
      num_bytes: 25 * 2 ** 30,
    });
    expect(await info()).toMatchObject({
      Plan: 'Standard 0',
      'Data Size': '25.0 GB / 64 GB (39.06%)',
      Rollback: expect.stringMatching(/^earliest from /),
      'Continuous Protection': 'On',
    });
    await world.control.act('shop', { ...change, plan: 'essential-0', bytes: null });
    expect((await world.database('GET', '')).body.num_bytes).toBeLessThan(2 ** 30);
    await expect(world.control.act('shop', { ...change, plan: 'huge-9' })).rejects.toThrow(/huge-9/);
  });

  it('is 404 before the database is there, which wait_status tells', async () => {
    const change = { action: 'change-add-on', addOn: world.addOn } as const;
    await world.control.act('shop', { ...change, state: 'provisioning' });
    expect(await world.database('GET', '')).toMatchObject({ status: 404, body: { id: 'not_found' } });
    expect((await world.database('POST', '/backups')).status).toBe(404);
    expect((await world.database('GET', '/wait_status')).body).toEqual({
      'waiting?': true,
      message: 'preparing',
    });
    expect((await world.test.api('GET', `/addons/${world.addOn}`)).body.state).toBe('provisioning');
    await world.control.act('shop', { ...change, state: 'provisioned' });
    expect((await world.database('GET', '/wait_status')).body['waiting?']).toBe(false);
  });
});

describe('credentials', () => {
  it('rotate: every attached app gets the new one with a release without its command, and old ones are cut', async () => {
    await world.test.deployedApp('admin', appFiles('echo releasing'));
    await world.control.act('admin', { action: 'attach', addOn: world.addOn, name: 'MAIN' });
    const old = world.url;
    const path = `/postgres/v0/databases/${world.addOn}`;
    await withSession(old, async (run) => {
      const answer = await world.test.api('POST', `${path}/credentials/default/credentials_rotation`, {});
      expect(answer.status).toBe(200);
      await expect(run('SELECT 1')).rejects.toThrow();
    });
    await expect(withSession(old, (run) => run('SELECT 1'))).rejects.toThrow(/authentication failed/);
    expect(world.url).not.toBe(old);
    expect(world.test.app('admin').configVars['MAIN_URL']).toBe(world.url);
    await withSession(world.url, (run) => run('SELECT 1'));
    const { releases } = await world.control.app('admin');
    expect(releases.at(-1)).toMatchObject({
      description: 'Update MAIN by heroku-postgresql',
      status: 'succeeded',
      output: null,
    });
    expect((await world.test.api('GET', `${path}/credentials`)).body).toMatchObject([
      { name: 'default', state: 'active', credentials: [{ user: new URL(world.url).username }] },
    ]);
    expect((await world.test.api('POST', `${path}/credentials/other/credentials_rotation`)).status).toBe(404);
  });
});

describe('schedules', () => {
  it('are set, replaced by name, listed and removed', async () => {
    const set = (hour: unknown) =>
      world.database('POST', '/transfer-schedules', {
        hour,
        timezone: 'Europe/Paris',
        schedule_name: 'DATABASE_URL',
      });
    expect((await set('25')).status).toBe(422);
    expect((await set(undefined)).status).toBe(422);
    expect((await set('03')).status).toBe(201);
    const { body } = await set(4);
    expect((await world.database('GET', '/transfer-schedules')).body).toEqual([body]);
    expect(body).toMatchObject({ name: 'DATABASE_URL', hour: 4, timezone: 'Europe/Paris' });
    expect((await world.control.app('shop')).addOns[0]?.schedules).toEqual([
      { name: 'DATABASE_URL', hour: 4, timezone: 'Europe/Paris' },
    ]);
    expect((await world.database('DELETE', `/transfer-schedules/${body.uuid}`)).status).toBe(200);
    expect((await world.database('DELETE', `/transfer-schedules/${body.uuid}`)).status).toBe(404);
    expect((await world.database('GET', '/transfer-schedules')).body).toEqual([]);
  });
});

describe('an app', () => {
  it('may have a second database, and may make that its first', async () => {
    const attachment = 'HEROKU_POSTGRESQL_BLUE';
    await expect(world.control.act('shop', { action: 'add-postgres' })).rejects.toThrow(
      /name the attachment/,
    );
    const view = await world.control.act('shop', { action: 'add-postgres', plan: 'standard-0', attachment });
    expect(view.configVars).toHaveProperty('HEROKU_POSTGRESQL_BLUE_URL');
    expect(view.addOns.map(({ plan, attachments }) => [plan, ...attachments])).toEqual([
      ['heroku-postgresql:essential-0', 'DATABASE'],
      ['heroku-postgresql:standard-0', attachment],
    ]);
    const second = view.addOns[1]?.name ?? '';
    // What pg:promote does: a second name for the first one, then the name DATABASE for the second.
    const path = '/addon-attachments';
    const spare = await world.test.api('POST', path, { addon: world.addOn, app: 'shop', confirm: 'shop' });
    expect(spare.body.name).toMatch(/^HEROKU_POSTGRESQL_[A-Z]+$/);
    await world.test.api('POST', path, { addon: second, app: 'shop', confirm: 'shop', name: 'DATABASE' });
    const { configVars } = await world.control.app('shop');
    expect(configVars['DATABASE_URL']).toBe(configVars['HEROKU_POSTGRESQL_BLUE_URL']);
    expect(await world.control.dump('shop')).not.toContain('CREATE TABLE');
    expect(await world.control.dump('shop', spare.body.name)).toContain('CREATE TABLE public.orders');
    await expect(world.control.dump('admin', 'NONE')).rejects.toThrow(/no database NONE/);
    await world.control.act('shop', { action: 'end-sessions', attachment });
  });
});

describe('the control port', () => {
  it('takes every action on add-ons and databases, and tells what there is', async () => {
    const client = new ControlClient(world.test.heroku.urls.control);
    const app = 'at-the-port';
    await client.createApp({ name: app, settings: { backupResult: 'stay-running', transferDelayMs: 1 } });
    await client.act(app, { action: 'add-postgres', plan: 'essential-1', as: 'eve@example.com' });
    const timer = {
      plan: 'scheduler:standard',
      name: 'port-timer',
      attachment: 'TIMER',
      config: { KEY: '1' },
    };
    await client.act(app, { action: 'add-add-on', ...timer });
    await client.act(app, { action: 'attach', addOn: world.addOn, name: 'MAIN' });
    await client.act(app, { action: 'detach', attachment: 'MAIN' });
    await client.act(app, { action: 'change-add-on', addOn: 'port-timer', state: 'provisioning' });
    await client.act(app, { action: 'end-sessions' });
    await client.act(app, { action: 'describe', space: { name: 'acme', shield: false } });
    await client.act(app, { action: 'capture-backup', scheduled: true });
    await client.until(app, ({ transfers }) => transfers[0]?.state === 'running');
    const view = await client.act(app, { action: 'cancel-transfer', transfer: 'a001' });
    expect(view).toMatchObject({
      configVars: { TIMER_KEY: '1' },
      description: { space: { name: 'acme' } },
      addOns: [
        { plan: 'heroku-postgresql:essential-1', attachments: ['DATABASE'], billingApp: app, apps: [app] },
        { plan: 'scheduler:standard', state: 'provisioning', attachments: ['TIMER'] },
      ],
      transfers: [{ name: 'a001', state: 'canceled', warnings: 0 }],
    });
    expect(view.releases.find(({ user }) => user === 'eve@example.com')?.description).toMatch(
      /^Attach DATABASE/,
    );
    await client.query(app, 'CREATE TABLE here (n int)');
    expect(await client.dump(app, 'DATABASE')).toBe(await world.control.dump(app));
    expect(await client.dump(app)).toContain('CREATE TABLE public.here');
  });

  it.each([
    { action: 'add-postgres', size: 'standard-0' },
    { action: 'add-add-on' },
    { action: 'change-add-on', addOn: 'x', state: 'sleeping' },
    { action: 'describe', generation: 'aspen' },
    { action: 'attach', addOn: 'unknown' },
    { action: 'detach', attachment: 'UNKNOWN' },
  ])('refuses %j', async (action) => {
    const client = new ControlClient(world.test.heroku.urls.control);
    await expect(client.act('admin', action as never)).rejects.toThrow();
    await expect(client.dump('unknown')).rejects.toThrow(/app/);
    await expect(client.changeSettings('admin', { backupResult: 'maybe' as never })).rejects.toThrow(
      /backupResult/,
    );
  });
});
