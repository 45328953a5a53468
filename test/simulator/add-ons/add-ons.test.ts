import type { AddOn } from '../../../src/simulator/platform/add-ons/index.ts';
import { TestHeroku } from '../support/local.ts';

/** Add-ons of a service that is not Heroku Postgres: what apps see of them is the same, and nothing starts. */
const plan = 'memcachier:dev';
const inclusion = { 'Accept-Inclusion': 'addon:plan,config_vars' };

let test: TestHeroku;
let cache: AddOn;
beforeAll(async () => {
  test = await TestHeroku.start({ apps: ['shop', 'admin', 'apart'] });
  const { addOns } = test.heroku.platform;
  const config = { SERVERS: 'cache.example.com:11211', USERNAME: 'shop', PASSWORD: 'secret' };
  cache = await addOns.create(test.app('shop'), test.heroku.account, { plan, config });
});
afterAll(() => test.close());

const attach = (body: object) => test.api('POST', '/addon-attachments', { addon: cache.name, ...body });
const resolve = (body: object, headers = {}) =>
  test.api('POST', '/actions/addon-attachments/resolve', body, headers);
const descriptions = (app: string) => test.app(app).releases.map(({ description }) => description);

describe('an add-on', () => {
  it("sets its config vars with a release, and is in the release's plans", async () => {
    const { body } = await test.api('GET', '/apps/shop/config-vars');
    expect(Object.keys(body)).toEqual(['MEMCACHIER_SERVERS', 'MEMCACHIER_USERNAME', 'MEMCACHIER_PASSWORD']);
    expect(descriptions('shop').at(-1)).toBe(`Attach MEMCACHIER (@ref:${cache.name})`);
    const releases = await test.api('GET', '/apps/shop/releases');
    expect(releases.body.map((each: { addon_plan_names: string[] }) => each.addon_plan_names)).toEqual([
      [],
      [],
      [plan],
    ]);
  });

  it('is listed with what Accept-Expansion asks for', async () => {
    const { body } = await test.api('GET', '/apps/shop/addons', undefined, {
      'Accept-Expansion': 'addon_service,plan',
    });
    expect(body).toMatchObject([
      {
        name: cache.name,
        app: { name: 'shop' },
        state: 'provisioned',
        config_vars: ['MEMCACHIER_SERVERS', 'MEMCACHIER_USERNAME', 'MEMCACHIER_PASSWORD'],
        plan: { name: plan, price: { cents: 0, unit: 'month' } },
        addon_service: { name: 'memcachier' },
      },
    ]);
  });

  it('keeps its config vars from being changed by hand; the same value is no change', async () => {
    const before = descriptions('shop').length;
    const refused = await test.api('PATCH', '/apps/shop/config-vars', { MEMCACHIER_SERVERS: 'x', A: '1' });
    expect(refused).toMatchObject({
      status: 422,
      body: { message: 'Cannot overwrite attachment values MEMCACHIER_SERVERS.' },
    });
    const same = { MEMCACHIER_USERNAME: 'shop' };
    expect((await test.api('PATCH', '/apps/shop/config-vars', same)).status).toBe(200);
    expect((await test.api('PATCH', '/apps/shop/config-vars', { MEMCACHIER_PASSWORD: null })).status).toBe(
      422,
    );
    expect(descriptions('shop')).toHaveLength(before);
  });

  it.each([
    [{ plan: 'heroku-postgresql:enormous' }, /Couldn't find .*heroku-postgresql:enormous/],
    [{ plan, name: 'no good name' }, /must start with a letter/],
    [{ plan, attachment: { name: 'MEMCACHIER' } }, /MEMCACHIER is already taken on shop/],
    [{ plan: {} }, /plan needs an id or a name/],
  ])('is refused as %j', async (body, message) => {
    const { status, body: answer } = await test.api('POST', '/apps/shop/addons', body);
    expect([status, answer.message]).toEqual([422, expect.stringMatching(message)]);
  });

  it('changes its plan within its service, and is destroyed', async () => {
    await test.api('POST', '/apps/apart/addons', { plan, name: 'leaves' });
    expect(test.app('apart').configVars).toEqual({});
    const larger = await test.api('PATCH', '/apps/apart/addons/leaves', { plan: { name: 'memcachier:100' } });
    expect(larger.body).toMatchObject({ plan: { name: 'memcachier:100' } });
    const other = await test.api('PATCH', '/apps/apart/addons/leaves', { plan: 'scheduler:standard' });
    expect(other.status).toBe(422);
    const gone = await test.api('DELETE', '/apps/apart/addons/leaves');
    expect(gone.body.state).toBe('deprovisioned');
    expect((await test.api('GET', '/addons/leaves')).status).toBe(404);
  });
});

describe('an attachment to another app', () => {
  it('gives that app the config vars under its own name, with a release', async () => {
    const { status, body } = await attach({ app: 'admin', name: 'SHARED' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'SHARED', app: { name: 'admin' }, addon: { app: { name: 'shop' } } });
    expect(test.app('admin').configVars['SHARED_SERVERS']).toBe('cache.example.com:11211');
    expect(descriptions('admin').at(-1)).toBe(`Attach SHARED (@ref:${cache.name})`);
    const { body: addOns } = await test.api('GET', '/apps/admin/addons');
    expect(addOns).toMatchObject([{ name: cache.name, app: { name: 'shop' } }]);
    const { body: all } = await test.api('GET', `/addons/${cache.name}/addon-attachments`);
    expect(all.map((each: { app: { name: string } }) => each.app.name).sort()).toEqual(['admin', 'shop']);
  });

  it('gets a coloured name when none is given', async () => {
    const { body } = await attach({ app: { name: 'apart' } });
    expect(body.name).toBe('MEMCACHIER');
    const again = await attach({ app: { name: 'apart' } });
    expect(again.body.name).toMatch(/^MEMCACHIER_[A-Z]+$/);
  });

  it('takes a name over from another add-on only when that is confirmed: two releases', async () => {
    await test.api('POST', '/apps/admin/addons', { plan, name: 'own-cache', attachment: { name: 'TAKEN' } });
    const refused = await attach({ app: 'admin', name: 'TAKEN' });
    expect(refused).toMatchObject({ status: 423, body: { id: 'confirmation_required' } });
    expect(refused.headers.get('X-Confirmation-Required')).toBe('admin');
    expect((await attach({ app: 'admin', name: 'TAKEN', confirm: 'admin' })).status).toBe(201);
    expect(descriptions('admin').slice(-2)).toEqual([
      'Detach TAKEN (@ref:own-cache)',
      `Attach TAKEN (@ref:${cache.name})`,
    ]);
    expect((await attach({ app: 'admin', name: 'TAKEN', confirm: 'admin' })).status).toBe(422);
  });

  it('is detached; the last one to the billing app stays', async () => {
    const { body } = await test.api('GET', '/apps/admin/addon-attachments/SHARED');
    expect((await test.api('DELETE', `/addon-attachments/${body.id}`)).status).toBe(200);
    expect(test.app('admin').configVars).not.toHaveProperty('SHARED_SERVERS');
    expect(descriptions('admin').at(-1)).toBe(`Detach SHARED (@ref:${cache.name})`);
    const own = await test.api('GET', '/apps/shop/addon-attachments/MEMCACHIER');
    expect(await test.api('DELETE', `/addon-attachments/${own.body.id}`)).toMatchObject({
      status: 422,
      body: { message: 'Cannot destroy last attachment to billing app for addon.' },
    });
  });

  it('keeps its add-on from being destroyed unless that is forced', async () => {
    await test.api('POST', '/apps/shop/addons', { plan, name: 'shared-one', attachment: { name: 'ONE' } });
    await test.api('POST', '/addon-attachments', { addon: 'shared-one', app: 'admin', name: 'ONE' });
    const refused = await test.api('DELETE', '/apps/shop/addons/shared-one');
    expect(refused).toMatchObject({ status: 423, body: { message: expect.stringContaining('admin') } });
    expect((await test.api('DELETE', '/apps/shop/addons/shared-one', { force: true })).status).toBe(200);
    expect((await test.api('GET', '/apps/admin/addon-attachments/ONE')).status).toBe(404);
  });

  it('goes with either of its apps; the add-on goes with the one that pays', async () => {
    for (const name of ['payer', 'guest']) test.heroku.platform.apps.create(test.heroku.account, { name });
    await test.api('POST', '/apps/payer/addons', { plan, name: 'paid' });
    await test.api('POST', '/addon-attachments', { addon: 'paid', app: 'guest' });
    await test.api('POST', '/addon-attachments', { addon: 'paid', app: 'apart', name: 'PAID' });
    await test.api('DELETE', '/apps/guest');
    expect((await test.api('GET', '/addons/paid/addon-attachments')).body).toHaveLength(2);
    await test.api('DELETE', '/apps/payer');
    expect((await test.api('GET', '/addons/paid')).status).toBe(404);
    expect(descriptions('apart').at(-1)).toBe('Detach PAID (@ref:paid)');
  });
});

describe('resolution', () => {
  it('finds an attachment by name, config var, id, and by its add-on', async () => {
    const { body } = await resolve({ app: 'shop', addon_attachment: 'MEMCACHIER' }, inclusion);
    expect(body).toMatchObject([
      {
        name: 'MEMCACHIER',
        namespace: null,
        addon: { plan: { name: plan } },
        config_vars: ['MEMCACHIER_SERVERS', 'MEMCACHIER_USERNAME', 'MEMCACHIER_PASSWORD'],
      },
    ]);
    for (const identity of ['MEMCACHIER_SERVERS', body[0].id, cache.name, cache.id]) {
      const found = await resolve({ app: 'shop', addon_attachment: identity });
      expect(found.body).toMatchObject([{ id: body[0].id, addon: { id: cache.id, name: cache.name } }]);
      expect(found.body[0]).not.toHaveProperty('config_vars');
    }
    expect((await resolve({ addon_attachment: cache.name })).body.length).toBeGreaterThan(1);
  });

  it.each([
    { app: 'shop', addon_attachment: 'DATABASE' },
    { app: 'shop', addon_attachment: 'DATABASE_URL' },
    { app: 'shop', addon_attachment: 'MEMCACHIER', addon_service: 'heroku-postgresql' },
    { addon_attachment: 'MEMCACHIER' },
    { app: 'unknown', addon_attachment: 'MEMCACHIER' },
    {},
  ])('finds nothing for %j', async (body) => {
    expect(await resolve(body)).toMatchObject({ status: 404, body: { id: 'not_found' } });
  });

  it('finds add-ons by name, attachment and service', async () => {
    for (const addon of [cache.name, cache.id, 'MEMCACHIER', 'memcachier']) {
      const { body } = await test.api('POST', '/actions/addons/resolve', { app: 'shop', addon });
      expect(body).toMatchObject([{ id: cache.id }]);
    }
    const unknown = await test.api('POST', '/actions/addons/resolve', { app: null, addon: 'unknown' });
    expect(unknown).toMatchObject({ status: 404, body: { resource: 'add_on' } });
  });
});

describe('somebody else', () => {
  it('sees nothing of apps that are not theirs, and changes nothing without the right to', async () => {
    const { platform } = test.heroku;
    const eve = platform.accounts.create({ email: 'eve@example.com', keys: [{ key: 'eve-key' }] });
    const headers = { Authorization: 'Bearer eve-key' };
    const ask = (method: string, path: string, body?: object) => test.api(method, path, body, headers);
    expect((await ask('GET', '/addons')).body).toEqual([]);
    expect((await ask('GET', '/addon-attachments')).body).toEqual([]);
    expect((await ask('GET', `/addons/${cache.name}`)).status).toBe(404);
    platform.apps.create(eve, { name: 'eves-app' });
    const stolen = { addon: cache.name, app: 'eves-app', name: 'LOOT' };
    expect((await ask('POST', '/addon-attachments', stolen)).status).toBe(404);
    await test.heroku.control.setPermissions('shop', 'eve@example.com', ['view']);
    expect((await ask('GET', `/addons/${cache.name}`)).status).toBe(200);
    expect((await ask('POST', '/addon-attachments', stolen)).status).toBe(403);
    expect((await ask('POST', '/apps/shop/addons', { plan })).status).toBe(403);
    expect((await ask('DELETE', `/apps/shop/addons/${cache.name}`)).status).toBe(403);
    expect(test.app('eves-app').configVars).toEqual({});
  });
});
