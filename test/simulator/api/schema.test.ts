import { families } from '../../../src/simulator/api/index.ts';
import type { Routes } from '../../../src/simulator/api/context.ts';
import { isUnnamed } from '../support/check-records.ts';
import { hasHyperSchema, linksOf, loadLinks, matches } from '../support/hyper-schema.ts';
import { TestHeroku } from '../support/local.ts';
import { appFiles } from '../support/workspace.ts';

const sshKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILvY8tDZtxfbkqAV+lvv5jGG7/NsubLzQwqkW3YdEhmR schema@example.com';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
}

const described = hasHyperSchema ? describe : describe.skip;
if (!hasHyperSchema) {
  process.stderr.write(
    'SKIPPED: the official Heroku schema is not at hand, so answers are not checked against it.\n',
  );
}

described("every endpoint's answer", () => {
  let test: TestHeroku;
  const calls: Call[] = [];
  const links = hasHyperSchema ? loadLinks() : [];

  beforeAll(async () => {
    test = await TestHeroku.start({ account: { email: 'owner@example.com' } });
    const { app, commit, workspace } = await test.deployedApp('schema', appFiles('echo releasing'));
    test.heroku.platform.accounts.create({ email: 'friend@example.com' });
    const [build] = app.builds;
    const { addOns } = test.heroku.platform;
    const cache = await addOns.create(app, test.heroku.account, {
      plan: 'memcachier:dev',
      attachment: 'CACHE',
    });
    const spare = addOns.attachments.attach(app, test.heroku.account, cache, { name: 'SPARE' });
    const spareKey = test.heroku.platform.accounts.addKey(test.heroku.account, { key: 'HRKU-spare' });
    const slug = app.current.slug?.id ?? '';
    const base = '/apps/schema';
    calls.push(
      { method: 'GET', path: '/account', status: 200 },
      { method: 'GET', path: '/users/~', status: 200 },
      { method: 'GET', path: '/account/rate-limits', status: 200 },
      { method: 'POST', path: '/account/keys', body: { public_key: sshKey }, status: 201 },
      { method: 'GET', path: '/account/keys', status: 200 },
      { method: 'GET', path: '/account/keys/84:e3:61:ef:8b:b6:c7:f7:5d:f7:43:c5:5e:c1:f8:58', status: 200 },
      {
        method: 'DELETE',
        path: '/account/keys/84:e3:61:ef:8b:b6:c7:f7:5d:f7:43:c5:5e:c1:f8:58',
        status: 200,
      },
      { method: 'GET', path: '/oauth/authorizations', status: 200 },
      {
        method: 'GET',
        path: `/oauth/authorizations/${test.heroku.account.keys[0]?.id}`,
        status: 200,
      },
      {
        method: 'POST',
        path: '/oauth/authorizations',
        body: { description: 'CircleCI', scope: ['identity', 'write-protected'], expires_in: 3600 },
        status: 201,
      },
      { method: 'DELETE', path: `/oauth/authorizations/${spareKey.id}`, status: 200 },
      { method: 'GET', path: '/users/~/apps', status: 200 },
      { method: 'GET', path: '/apps', status: 200 },
      { method: 'POST', path: '/apps', body: { name: 'second', region: 'eu' }, status: 201 },
      { method: 'GET', path: base, status: 200 },
      { method: 'PATCH', path: base, body: { maintenance: true }, status: 200 },
      { method: 'POST', path: '/filters/apps', body: { in: { id: [app.id] } }, status: 200 },
      { method: 'GET', path: '/addons', status: 200 },
      { method: 'GET', path: `/addons/${cache.name}`, status: 200 },
      { method: 'GET', path: `${base}/addons`, status: 200 },
      { method: 'GET', path: `${base}/addons/CACHE`, status: 200 },
      {
        method: 'POST',
        path: `${base}/addons`,
        body: { plan: { name: 'scheduler:standard' }, name: 'timer', attachment: { name: 'TIMER' } },
        status: 201,
      },
      { method: 'PATCH', path: `${base}/addons/timer`, body: { plan: 'scheduler:large' }, status: 200 },
      { method: 'DELETE', path: `${base}/addons/timer`, body: { force: true }, status: 200 },
      {
        method: 'POST',
        path: '/actions/addons/resolve',
        body: { addon: 'CACHE', app: 'schema' },
        status: 200,
      },
      { method: 'GET', path: '/addon-attachments', status: 200 },
      { method: 'GET', path: `/addon-attachments/${spare.id}`, status: 200 },
      { method: 'GET', path: `/addons/${cache.id}/addon-attachments`, status: 200 },
      { method: 'GET', path: `${base}/addon-attachments`, status: 200 },
      { method: 'GET', path: `${base}/addon-attachments/SPARE`, status: 200 },
      {
        method: 'POST',
        path: '/addon-attachments',
        body: { addon: { name: cache.name }, app: { name: 'second' }, name: 'SHARED' },
        status: 201,
      },
      {
        method: 'POST',
        path: '/actions/addon-attachments/resolve',
        body: { addon_attachment: 'SHARED', app: 'second' },
        status: 200,
      },
      { method: 'DELETE', path: `/addon-attachments/${spare.id}`, status: 200 },
      { method: 'GET', path: `${base}/buildpack-installations`, status: 200 },
      {
        method: 'PUT',
        path: `${base}/buildpack-installations`,
        body: { updates: [{ buildpack: 'heroku/nodejs' }, { buildpack: 'https://example.com/pack.git' }] },
        status: 200,
      },
      { method: 'GET', path: `${base}/formation`, status: 200 },
      { method: 'GET', path: `${base}/formation/web`, status: 200 },
      {
        method: 'PATCH',
        path: `${base}/formation`,
        body: { updates: [{ type: 'worker', quantity: 1 }] },
        status: 200,
      },
      { method: 'PATCH', path: `${base}/formation/worker`, body: { quantity: 0 }, status: 200 },
      { method: 'GET', path: '/dyno-sizes', status: 200 },
      { method: 'GET', path: `${base}/available-dyno-sizes`, status: 200 },
      { method: 'POST', path: `${base}/dynos`, body: { command: 'sleep 60', attach: true }, status: 201 },
      { method: 'POST', path: `${base}/dynos`, body: { command: 'sleep 60', type: 'clock' }, status: 201 },
      { method: 'POST', path: `${base}/log-sessions`, body: { dyno: 'run', tail: true }, status: 201 },
      { method: 'GET', path: `${base}/dynos`, status: 200 },
      { method: 'GET', path: `${base}/dynos/web.1`, status: 200 },
      { method: 'DELETE', path: `${base}/dynos/web.1`, status: 202 },
      { method: 'DELETE', path: `${base}/dynos`, status: 202 },
      { method: 'DELETE', path: `${base}/formations/web`, status: 202 },
      { method: 'POST', path: `${base}/formations/worker/actions/stop`, status: 202 },
      { method: 'POST', path: `${base}/formations/clock/actions/stop`, status: 202 },
      { method: 'POST', path: `${base}/dynos/web.1/actions/stop`, status: 202 },
      { method: 'GET', path: `${base}/releases`, status: 200 },
      { method: 'GET', path: `${base}/releases/3`, status: 200 },
      { method: 'GET', path: `${base}/releases/3/config-vars`, status: 200 },
      { method: 'POST', path: `${base}/releases`, body: { slug, description: 'Again' }, status: 201 },
      { method: 'POST', path: `${base}/releases`, body: { release: app.current.id }, status: 201 },
      { method: 'GET', path: `${base}/config-vars`, status: 200 },
      { method: 'PATCH', path: `${base}/config-vars`, body: { A: '1' }, status: 200 },
      { method: 'GET', path: `${base}/slugs/${slug}`, status: 200 },
      { method: 'POST', path: '/sources', status: 201 },
      { method: 'POST', path: `${base}/sources`, status: 201 },
      { method: 'GET', path: `${base}/builds`, status: 200 },
      { method: 'GET', path: `${base}/builds/${build?.id}`, status: 200 },
      { method: 'DELETE', path: `${base}/builds/${build?.id}`, status: 200 },
      {
        method: 'POST',
        path: `${base}/builds`,
        body: { source_blob: { url: await test.upload(workspace), version: commit } },
        status: 201,
      },
      { method: 'GET', path: `${base}/collaborators`, status: 200 },
      { method: 'POST', path: `${base}/collaborators`, body: { user: 'friend@example.com' }, status: 201 },
      { method: 'GET', path: `${base}/collaborators/friend@example.com`, status: 200 },
      { method: 'DELETE', path: `${base}/collaborators/friend@example.com`, status: 200 },
      { method: 'GET', path: `${base}/features`, status: 200 },
      { method: 'GET', path: `${base}/features/preboot`, status: 200 },
      { method: 'PATCH', path: `${base}/features/preboot`, body: { enabled: true }, status: 200 },
      { method: 'DELETE', path: '/apps/second', status: 200 },
    );
  });
  afterAll(() => test.close());

  it('is as the official schema has it', async () => {
    const complaints: string[] = [];
    for (const { method, path, body, status } of calls) {
      const answer = await test.api(method, path, body);
      const call = `${method} ${path}`;
      if (answer.status !== status)
        complaints.push(`${call}: ${answer.status} ${JSON.stringify(answer.body)}`);
      if (isUnnamed(method, path)) continue;
      const [link] = linksOf(links, method, path);
      const validate = link?.validator();
      if (!validate) complaints.push(`${call}: the schema has no such endpoint`);
      else if (!validate(answer.body)) {
        complaints.push(
          ...(validate.errors ?? []).map(
            (error) => `${call}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
          ),
        );
      }
    }
    expect(complaints).toEqual([]);
  });

  it('is checked for every endpoint that there is', () => {
    const registered: string[] = [];
    const recorder = Object.fromEntries(
      ['get', 'post', 'patch', 'put', 'delete'].map((method) => [
        method,
        (path: string) => registered.push(`${method.toUpperCase()} ${path.replace(/:\w+/g, ':')}`),
      ]),
    ) as unknown as Routes;
    for (const family of families) family(recorder, test.heroku.platform);
    const unchecked = registered.filter(
      (route) => !calls.some(({ method, path }) => matches(route, `${method} ${path}`)),
    );
    expect(unchecked).toEqual([]);
  });
});
