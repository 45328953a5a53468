import { access } from 'node:fs/promises';
import type { App } from '../../../src/simulator/platform/model.ts';
import { TestHeroku } from '../support/local.ts';
import type { Workspace } from '../support/workspace.ts';
import { appFiles, webServer } from '../support/workspace.ts';

let test: TestHeroku;
let builder: App;
let commit: string;
let workspace: Workspace;
beforeAll(async () => {
  test = await TestHeroku.start({ apps: ['target', 'bare'] });
  ({
    app: builder,
    commit,
    workspace,
  } = await test.deployedApp('builder', appFiles('echo "released on $NAME"')));
  await test.api('PATCH', '/apps/target/config-vars', { NAME: 'target', VERSION: 'of target' });
});
afterAll(() => test.close());

const slug = () => builder.current.slug?.id ?? '';
const release = (app: string, body: object) => test.api('POST', `/apps/${app}/releases`, body);
const control = () => test.heroku.control;

describe("another app's slug", () => {
  it('is released with the config vars and the release command of the app that gets it', async () => {
    const { status, body } = await release('target', { slug: slug(), description: 'From builder' });
    expect([status, body.description, body.slug.id]).toEqual([201, 'From builder', slug()]);
    await test.until(() => test.heroku.platform.dynos.webPorts(test.app('target')).length > 0);
    const { releases, formation } = await control().app('target');
    expect(releases.at(-1)).toMatchObject({ commit, status: 'succeeded', output: 'released on target\n' });
    expect(formation.map(({ type, quantity }) => `${type}=${quantity}`)).toEqual(['web=1', 'worker=0']);
    const page = await fetch(test.heroku.platform.webUrl(test.app('target')));
    expect(await page.text()).toBe('web.1 of target');
    expect((await test.api('GET', `/apps/target/slugs/${slug()}`)).body).toMatchObject({
      commit,
      stack: { name: 'heroku-24' },
      process_types: { web: 'node server.js' },
    });
  });

  it('is refused where it is unknown, where the caller does not see its app, and on Fir', async () => {
    expect((await release('target', { slug: '00000000-0000-4000-8000-000000000000' })).status).toBe(404);
    test.heroku.platform.accounts.create({ email: 'eve@example.com', keys: [{ key: 'eve-key' }] });
    await control().setPermissions('bare', 'eve@example.com', ['view', 'deploy']);
    const headers = { Authorization: 'Bearer eve-key' };
    expect((await test.api('POST', '/apps/bare/releases', { slug: slug() }, headers)).status).toBe(404);
    await control().act('bare', { action: 'describe', generation: 'fir', stack: 'cnb', buildStack: 'cnb' });
    expect(await release('bare', { slug: slug() })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('it is a fir app') },
    });
    expect(test.app('bare').releases).toHaveLength(2);
  });

  it('brings its stack along; a rollback brings the old one back', async () => {
    const stackOf = async (app: string) => (await test.api('GET', `/apps/${app}`)).body.stack.name;
    const { body } = await test.api('PATCH', '/apps/builder', { build_stack: 'heroku-22' });
    expect(body).toMatchObject({ stack: { name: 'heroku-24' }, build_stack: { name: 'heroku-22' } });
    expect((await test.api('PATCH', '/apps/builder', { build_stack: 'cedar-14' })).status).toBe(422);
    await workspace.commit('Second');
    expect((await test.push(workspace, 'builder')).code).toBe(0);
    await test.until(() => test.app('builder').current.version === 4);
    expect(await stackOf('builder')).toBe('heroku-22');
    await release('target', { slug: slug() });
    await test.until(() => test.app('target').current.slug?.id === slug());
    expect(await stackOf('target')).toBe('heroku-22');
    await control().act('target', { action: 'rollback', release: 'v4' });
    await test.until(() => test.app('target').current.description === 'Rollback to v4');
    expect(await stackOf('target')).toBe('heroku-24');
  });

  it('outlives the app that it was built on', async () => {
    const { directory } = builder.current.slug ?? { directory: '' };
    await release('target', { slug: slug() });
    await test.api('DELETE', '/apps/builder');
    await access(directory);
    await test.api('DELETE', '/apps/target');
    await expect(access(directory)).rejects.toThrow(/ENOENT/);
  });
});

describe('a rollback', () => {
  it('takes config vars of an add-on away that came later; the add-on stays attached', async () => {
    await test.deployedApp('later', appFiles());
    const config = { SERVERS: 'cache.example.com' };
    await control().act('later', { action: 'add-add-on', plan: 'memcachier:dev', config });
    expect(test.app('later').configVars).toEqual({ MEMCACHIER_SERVERS: 'cache.example.com' });
    await control().act('later', { action: 'rollback', release: 'v3' });
    const view = await control().act('later', { action: 'rollback', release: 'v4' });
    expect(view.releases.map(({ description }) => description).slice(-2)).toEqual([
      'Rollback to v3',
      'Rollback to v4',
    ]);
    expect((await test.api('GET', '/apps/later/releases/5/config-vars')).body).toEqual({});
    expect((await test.api('GET', '/apps/later/releases/6/config-vars')).body).toEqual(view.configVars);
    expect(view.configVars).toEqual({ MEMCACHIER_SERVERS: 'cache.example.com' });
    expect(view.addOns).toMatchObject([{ attachments: ['MEMCACHIER'] }]);
    const plans = test.app('later').releases.map(({ addOnPlans }) => addOnPlans.length);
    expect(plans).toEqual([0, 0, 0, 1, 1, 1]);
  });
});

describe('what an app says of itself', () => {
  it('is as it is set: generation, region, space, stack, buildpacks', async () => {
    await control().createApp({ name: 'described' });
    const space = { name: 'acme', shield: true };
    const buildpacks = ['heroku/nodejs', 'https://example.com/pack.git'];
    const view = await control().act('described', {
      ...{
        action: 'describe',
        stack: 'heroku-22',
        generation: 'cedar',
        region: 'virginia',
        space,
        buildpacks,
      },
    });
    expect(view.description).toMatchObject({ stack: 'heroku-22', region: 'virginia', space, buildpacks });
    expect((await test.api('GET', '/apps/described')).body).toMatchObject({
      ...{ stack: { name: 'heroku-22' }, build_stack: { name: 'heroku-24' }, internal_routing: false },
      ...{ generation: { name: 'cedar' }, region: { name: 'virginia' }, space },
    });
    const path = '/apps/described/buildpack-installations';
    expect((await test.api('GET', path)).body).toEqual([
      { ordinal: 0, buildpack: { name: 'heroku/nodejs', url: 'urn:buildpack:heroku/nodejs' } },
      { ordinal: 1, buildpack: { name: buildpacks[1], url: buildpacks[1] } },
    ]);
    expect((await test.api('PUT', path, { updates: [{ buildpack: 'heroku/ruby' }] })).body).toHaveLength(1);
    expect((await test.api('PUT', path, {})).status).toBe(422);
    expect((await test.api('PUT', path, { updates: [{}] })).status).toBe(422);
  });
});

describe('preboot', () => {
  it.each([
    [{ space: { name: 'acme', shield: false } }, /Private Space/],
    [{ generation: 'fir' as const }, /Only Cedar apps are supported/],
  ])('is refused with %j; it can be switched off', async (description, message) => {
    const { name } = await control().createApp();
    await control().act(name, { action: 'describe', ...description });
    const path = `/apps/${name}/features/preboot`;
    const refused = await test.api('PATCH', path, { enabled: true });
    expect([refused.status, refused.body.message]).toEqual([422, expect.stringMatching(message)]);
    expect((await test.api('PATCH', path, { enabled: false })).body.enabled).toBe(false);
  });

  it('is refused for web dynos of the smallest sizes', async () => {
    await test.deployedApp('small', { Procfile: 'web: node server.js\n', 'server.js': webServer });
    await control().act('small', { action: 'resize', sizes: { web: 'Basic' } });
    const refused = await test.api('PATCH', '/apps/small/features/preboot', { enabled: true });
    expect(refused).toMatchObject({ status: 422, body: { message: expect.stringContaining('Standard-1X') } });
    await control().act('small', { action: 'resize', sizes: { web: 'Standard-1X' } });
    expect((await test.api('PATCH', '/apps/small/features/preboot', { enabled: true })).status).toBe(200);
  });
});
