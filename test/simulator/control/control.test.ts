import { request } from 'node:http';
import { ControlClient } from '../../../src/simulator/index.ts';
import { TestHeroku } from '../support/local.ts';

let test: TestHeroku;
let client: ControlClient;
beforeAll(async () => {
  test = await TestHeroku.start({ account: { email: 'owner@example.com', key: 'owner-secret-key' } });
  client = new ControlClient(test.heroku.urls.control);
  await test.deployedApp('seen');
});
afterAll(() => test.close());

it('shows the whole state: what the API hides, and no key', async () => {
  const { workspace } = await test.deployedApp('shown');
  const state = await client.state();
  expect(state.urls).toEqual(expect.objectContaining({ api: test.heroku.urls.api }));
  const app = state.apps.find(({ name }) => name === 'shown');
  const [dyno] = test.app('shown').dynos;
  expect(app).toMatchObject({
    maintenance: false,
    owner: 'owner@example.com',
    currentRelease: 3,
    formation: [
      { type: 'web', quantity: 1 },
      { type: 'worker', quantity: 0 },
    ],
    dynos: [
      { name: 'web.1', state: 'up', pid: dyno?.process?.pid, port: dyno?.port, release: 3, listed: true },
    ],
    builds: [{ status: 'succeeded', user: 'owner@example.com' }],
    features: { preboot: false },
    collaborators: { 'owner@example.com': ['view', 'deploy', 'operate', 'manage'] },
  });
  expect(app?.git.main).toBe((await workspace.git(['rev-parse', 'HEAD'])).stdout.trim());
  expect(app?.log.join('\n')).toContain('heroku[web.1]: State changed from starting to up');
  expect(state.accounts).toMatchObject([
    { email: 'owner@example.com', keys: [{ ending: '-key', revoked: false }] },
  ]);
  expect(JSON.stringify(state)).not.toContain('owner-secret-key');
  expect(await test.heroku.control.state()).toMatchObject({ apps: state.apps.map(({ id }) => ({ id })) });
});

it('logs every request with whose it was, and never the key', async () => {
  await client.clearRequests();
  await test.api('GET', '/apps/seen');
  await test.api('GET', '/account', undefined, { Authorization: 'Bearer wrong-secret' });
  await fetch(test.heroku.platform.webUrl(test.app('seen')));
  await test.api('POST', '/sources');
  const all = await client.requests();
  expect(all).toMatchObject([
    {
      surface: 'api',
      method: 'GET',
      path: '/apps/seen',
      app: 'seen',
      account: 'owner@example.com',
      status: 200,
    },
    { surface: 'api', path: '/account', app: null, account: null, status: 401, fault: null },
    { surface: 'router', app: 'seen', account: null, status: 200, outcome: 'answered' },
    { surface: 'api', method: 'POST', status: 201 },
  ]);
  expect(JSON.stringify(all)).not.toMatch(/owner-secret-key|wrong-secret/);
  expect(await client.requests({ surface: 'router' })).toHaveLength(1);
  expect(await client.requests({ method: 'POST' })).toHaveLength(1);
  expect(await client.requests({ app: 'seen', surface: 'api' })).toHaveLength(1);
});

it('keeps the credentials of addresses out of the log', async () => {
  await client.clearRequests();
  const workspace = await test.workspace();
  await workspace.commit();
  const url = new URL(await test.upload(workspace));
  const log = JSON.stringify(await client.requests());
  expect(log).toContain(url.pathname);
  expect(log).not.toContain(url.searchParams.get('signature'));
});

describe('somebody else', () => {
  it('scales, resizes and configures, in their own name', async () => {
    await client.act('seen', { action: 'scale', formation: { worker: 1 } });
    await client.act('seen', { action: 'resize', sizes: { worker: 'standard-2x' } });
    const view = await client.act('seen', {
      action: 'config',
      vars: { VERSION: '9' },
      as: 'eve@example.com',
    });
    expect(view.formation).toMatchObject([
      { type: 'web' },
      { type: 'worker', quantity: 1, size: 'Standard-2X' },
    ]);
    expect(view.configVars).toEqual({ VERSION: '9' });
    expect(view.releases.at(-1)).toMatchObject({
      user: 'eve@example.com',
      description: 'Set VERSION config vars',
    });
    expect(Object.keys(view.collaborators)).toEqual(
      expect.arrayContaining(['colleague@example.com', 'eve@example.com']),
    );
  });

  it('releases, rolls back, and switches the page and features', async () => {
    const before = (await client.app('seen')).currentRelease;
    await client.act('seen', { action: 'release', description: 'By hand' });
    await client.act('seen', { action: 'rollback', release: 'v3' });
    await client.act('seen', { action: 'maintenance', enabled: true });
    const view = await client.act('seen', { action: 'feature', name: 'preboot', enabled: true });
    expect(view.releases.slice(-2)).toMatchObject([
      { description: 'By hand', user: 'colleague@example.com' },
      { description: 'Rollback to v3' },
    ]);
    expect(view).toMatchObject({
      currentRelease: before + 2,
      maintenance: true,
      features: { preboot: true },
    });
    await client.act('seen', { action: 'maintenance', enabled: false });
    await client.act('seen', { action: 'feature', name: 'preboot', enabled: false });
  });

  it('restarts, stops and crashes dynos', async () => {
    const up = await client.until('seen', ({ dynos }) =>
      dynos.some(({ name, state }) => name === 'web.1' && state === 'up'),
    );
    await client.act('seen', { action: 'restart' });
    const old = up.dynos.map(({ id }) => id);
    const restarted = await client.until(
      'seen',
      ({ dynos }) => dynos.every(({ id }) => !old.includes(id)) && dynos.every(({ state }) => state === 'up'),
    );
    expect(restarted.dynos.length).toBeGreaterThan(0);
    await client.act('seen', { action: 'crash', dyno: 'web.1' });
    await client.until('seen', ({ dynos }) =>
      dynos.some(({ name, state }) => name === 'web.1' && state === 'crashed'),
    );
    await client.act('seen', { action: 'stop', dyno: 'worker.1' });
    await client.until('seen', ({ dynos }) =>
      dynos.some(({ name, state }) => name === 'worker.1' && state === 'down'),
    );
  });

  it('cancels the build of a push', async () => {
    await client.createApp({ name: 'interrupted', settings: { buildMs: 3_600_000 } });
    const workspace = await test.workspace();
    await workspace.commit();
    const pushed = test.push(workspace, 'interrupted');
    await client.until('interrupted', ({ builds }) => builds.length === 1);
    await client.act('interrupted', { action: 'cancel-build' });
    const { code, stderr } = await pushed;
    expect(code).toBe(1);
    expect(stderr).toContain('Build canceled.');
  });

  it.each([
    [{ action: 'dance' }, /action/],
    [{ action: 'scale', formation: { web: true } }, /formation\.web/],
    [{ action: 'scale', formation: { clock: 1 } }, /clock/],
    [{ action: 'release', slug: 'unknown' }, /slug/],
    [{ action: 'crash', dyno: 'web.7' }, /dyno/],
    [{ action: 'cancel-build' }, /No build of seen is running/],
    [{ action: 'expire-release' }, /No release of seen is pending/],
  ])('cannot do %j', async (action, message) => {
    await expect(client.act('seen', action as never)).rejects.toThrow(message);
  });
});

describe('settings', () => {
  it('are changed one by one', async () => {
    const view = await client.changeSettings('seen', { buildMs: 5, crashRestartMs: 100 });
    expect(view.settings).toMatchObject({ buildMs: 5, crashRestartMs: 100, buildResult: 'succeed' });
  });

  it.each([
    [{ buildMS: 5 }, /buildMS/],
    [{ buildMs: -1 }, /buildMs/],
    [{ buildResult: 'maybe' }, /buildResult/],
  ])('%j are refused by name', async (settings, message) => {
    await expect(client.changeSettings('seen', settings as never)).rejects.toThrow(message);
  });
});

describe('accounts and apps', () => {
  it('are made, and permissions given and taken', async () => {
    const account = await client.createAccount({ email: 'new@example.com', keys: [{ key: 'new-key-1' }] });
    expect(account).toMatchObject({
      email: 'new@example.com',
      keys: [{ ending: 'ey-1', scopes: ['global'] }],
    });
    const app = await client.createApp({ name: 'of-new', owner: 'new@example.com', configVars: { A: '1' } });
    expect(app).toMatchObject({ owner: 'new@example.com', configVars: { A: '1' } });
    expect((await test.api('GET', '/apps/of-new')).status).toBe(404);
    await client.setPermissions('of-new', 'owner@example.com', ['view']);
    expect((await test.api('GET', '/apps/of-new')).status).toBe(200);
    await client.changeAccount('new@example.com', {
      revokeKeys: ['new-key-1'],
      addKeys: [{ key: 'new-key-2', scopes: ['identity'] }],
      requestsLeft: 7,
    });
    const state = await client.state();
    expect(state.accounts.find(({ email }) => email === 'new@example.com')).toMatchObject({
      requestsLeft: 7,
      keys: [{ revoked: true }, { revoked: false, scopes: ['identity'] }],
    });
  });

  it('are refused where they cannot be', async () => {
    await expect(client.createAccount({ email: 'new@example.com' })).rejects.toThrow(/exists already/);
    await expect(client.createAccount({ email: 'no address' })).rejects.toThrow(/email/);
    await expect(client.createApp({ name: 'of-new' })).rejects.toThrow(/already taken/);
    await expect(client.createApp({ owner: 'nobody@example.com' })).rejects.toThrow(/nobody@example.com/);
    await expect(client.app('unknown')).rejects.toThrow(/app/);
    await expect(client.changeAccount('new@example.com', { revokeKeys: ['what'] })).rejects.toThrow(
      /no such key/,
    );
  });
});

describe('faults', () => {
  it('are set, listed and removed over HTTP', async () => {
    const fault = await client.addFault({
      match: { path: '^/account$' },
      effect: { kind: 'status', status: 503 },
    });
    expect((await test.api('GET', '/account')).status).toBe(503);
    expect(await client.faults()).toMatchObject([{ id: fault.id, matched: 1, applied: 1 }]);
    await client.removeFault(fault.id);
    expect((await test.api('GET', '/account')).status).toBe(200);
    await expect(client.removeFault(fault.id)).rejects.toThrow(/fault/);
    await client.addFault({ match: {}, effect: { kind: 'reset' } });
    await client.clearFaults();
    expect(await client.faults()).toEqual([]);
  });

  it('that cannot be are refused by name', async () => {
    await expect(client.addFault({ match: {}, effect: { kind: 'boom' } } as never)).rejects.toThrow(
      /effect\.kind/,
    );
  });
});

describe('the control port', () => {
  const ask = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request(`${test.heroku.urls.control}/requests`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end();
    });

  it('answers this machine only, not a page that found its way here', async () => {
    expect(await ask({})).toBe(200);
    expect(await ask({ Host: 'evil.example' })).toBe(403);
    expect(await ask({ Origin: 'http://evil.example' })).toBe(403);
    expect(await ask({ Origin: test.heroku.urls.control })).toBe(200);
  });

  it('says what it does not have', async () => {
    expect((await fetch(`${test.heroku.urls.control}/nothing`)).status).toBe(404);
    const broken = await fetch(`${test.heroku.urls.control}/faults`, { method: 'POST', body: '{' });
    expect(broken.status).toBe(400);
  });
});

it('waits for a state in this process too, and gives up when told', async () => {
  const wait = test.heroku.control.until('seen', ({ maintenance }) => maintenance);
  await test.api('PATCH', '/apps/seen', { maintenance: true });
  expect((await wait).maintenance).toBe(true);
  const gaveUp = new AbortController();
  const never = test.heroku.control.until('seen', () => false, gaveUp.signal);
  gaveUp.abort(new Error('enough'));
  await expect(never).rejects.toThrow('enough');
});
