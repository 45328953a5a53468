import { TestHeroku } from '../support/local.ts';
import { appFiles } from '../support/workspace.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start();
});
afterAll(() => test.close());

/** Waits until the app's web dyno of its current release is up. */
async function webOf(name: string): Promise<string> {
  const app = test.app(name);
  await test.until(() =>
    test.heroku.platform.dynos
      .list(app)
      .some(({ type, state, release }) => type === 'web' && state === 'up' && release === app.current),
  );
  return (await fetch(test.heroku.platform.webUrl(app))).text();
}

it('a new app has two releases without code, and no dynos', async () => {
  await test.api('POST', '/apps', { name: 'brand-new' });
  const { body } = await test.api('GET', '/apps/brand-new/releases');
  expect(body).toMatchObject([
    { version: 1, description: 'Initial release', slug: null, current: false, eligible_for_rollback: false },
    { version: 2, description: 'Enable Logplex', slug: null, current: true, eligible_for_rollback: false },
  ]);
  expect((await test.api('GET', '/apps/brand-new/dynos')).body).toEqual([]);
  expect((await test.api('GET', '/apps/brand-new/formation')).body).toEqual([]);
});

describe('config vars', () => {
  it('make one release for all changes, restart the dynos and reach them', async () => {
    await test.deployedApp('configured');
    const { body } = await test.api('PATCH', '/apps/configured/config-vars', { VERSION: 'one', OTHER: '2' });
    expect(body).toEqual({ VERSION: 'one', OTHER: '2' });
    expect(test.app('configured').current).toMatchObject({
      version: 4,
      description: 'Set VERSION, OTHER config vars',
    });
    expect(await webOf('configured')).toBe('web.1 one');
  });

  it('make no release where nothing differs, and none to remove what is not there', async () => {
    const before = test.app('configured').releases.length;
    await test.api('PATCH', '/apps/configured/config-vars', { VERSION: 'one', NEVER: null });
    expect(test.app('configured').releases).toHaveLength(before);
  });

  it('are removed by null, which is a release too', async () => {
    const { body } = await test.api('PATCH', '/apps/configured/config-vars', { OTHER: null });
    expect(body).toEqual({ VERSION: 'one' });
    expect(test.app('configured').releases.at(-1)?.description).toBe('Remove OTHER config vars');
  });

  it.each([
    [{ 'not a name': 'x' }, /not a name/],
    [{ NUMBER: 5 }, /NUMBER/],
  ])('refuse %j', async (vars, message) => {
    const answer = await test.api('PATCH', '/apps/configured/config-vars', vars);
    expect(answer.status).toBe(422);
    expect(answer.body.message).toMatch(message);
  });

  it('of a release are those of that time', async () => {
    const { body } = await test.api('GET', '/apps/configured/releases/4/config-vars');
    expect(body).toEqual({ VERSION: 'one', OTHER: '2' });
  });
});

describe('a rollback', () => {
  it('brings code and config vars back in a new release', async () => {
    const { app, workspace } = await test.deployedApp('rolled');
    await test.api('PATCH', '/apps/rolled/config-vars', { VERSION: 'new' });
    await workspace.write({ 'server.js': 'setInterval(() => {}, 1000)' });
    await workspace.commit();
    await test.push(workspace, 'rolled');
    const target = app.releases.find(({ version }) => version === 3);
    const answer = await test.api('POST', '/apps/rolled/releases', { release: target?.id });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      version: 6,
      description: 'Rollback to v3',
      slug: { id: target?.slug?.id },
    });
    expect(app.configVars).toEqual({});
    expect(await webOf('rolled')).toBe('web.1 ');
  });

  it('is refused to a release without code, a failed one, and one that is not there', async () => {
    const [initial] = test.app('rolled').releases;
    expect((await test.api('POST', '/apps/rolled/releases', { release: initial?.id })).status).toBe(422);
    expect((await test.api('POST', '/apps/rolled/releases', { release: 'v99' })).status).toBe(404);
    expect((await test.api('POST', '/apps/rolled/releases', {})).status).toBe(422);
  });
});

it("a slug can be released again with today's config vars", async () => {
  const { app } = await test.deployedApp('again');
  const slug = app.current.slug?.id;
  await test.api('PATCH', '/apps/again/config-vars', { VERSION: 'today' });
  const answer = await test.api('POST', '/apps/again/releases', { slug, description: 'Once more' });
  expect(answer.body).toMatchObject({
    version: 5,
    description: 'Once more',
    status: 'succeeded',
    current: true,
  });
  expect(await webOf('again')).toBe('web.1 today');
  expect((await test.api('POST', '/apps/again/releases', { slug: 'unknown' })).status).toBe(404);
});

describe('the release phase', () => {
  /** A release command that waits until the test lets it go on, and exits as it is told. */
  const gated =
    'echo begin; until [ -e "$GATE" ]; do sleep 0.02; done; echo "gate: $(cat "$GATE")"; exit $(cat "$GATE")';

  async function gatedApp(name: string) {
    const workspace = await test.workspace();
    const gate = `${workspace.directory}/.git/gate`;
    const deployed = await test.deployedApp(name);
    await test.api('PATCH', `/apps/${name}/config-vars`, { GATE: gate });
    await deployed.workspace.write(appFiles(gated));
    await deployed.workspace.commit();
    const pushed = test.push(deployed.workspace, name);
    await test.until(() => deployed.app.releases.length === 5);
    const release = deployed.app.releases[4];
    if (!release) throw new Error('no release');
    const open = (code: number) => workspace.write({ '.git/gate': String(code) });
    return { ...deployed, release, pushed, open };
  }

  it('keeps the release pending and the old one current until its command has succeeded', async () => {
    const { app, release, pushed, open } = await gatedApp('gated');
    expect(app.current.version).toBe(4);
    await test.until(() => release.output?.text === 'begin\n');
    const pending = await test.api('GET', '/apps/gated/releases/5');
    expect(pending.body).toMatchObject({ status: 'pending', current: false, eligible_for_rollback: false });
    const dynos = (await test.api('GET', '/apps/gated/dynos')).body;
    expect(dynos).toMatchObject([{ name: expect.stringMatching(/^release\.\d{4}$/) }, { name: 'web.1' }]);
    const streamed = fetch(pending.body.output_stream_url).then((response) => response.text());
    await open(0);
    expect(await streamed).toBe('begin\ngate: 0\n');
    expect((await pushed).code).toBe(0);
    expect(app.current).toBe(release);
    expect(release.status).toBe('succeeded');
    expect(await webOf('gated')).toBe('web.1 ');
    expect(app.dynos.some(({ type }) => type === 'release')).toBe(false);
  });

  it('fails the release when its command fails; the old one stays, and is eligible still', async () => {
    const { app, release, pushed, open } = await gatedApp('failing');
    await open(3);
    expect((await pushed).stderr).toContain('Waiting for release.... failed.');
    const { body } = await test.api('GET', '/apps/failing/releases', undefined, {
      Range: 'version ..; max=2, order=desc',
    });
    expect(body).toMatchObject([
      { version: 5, status: 'failed', current: false, eligible_for_rollback: false },
      { version: 4, status: 'succeeded', current: true, eligible_for_rollback: true },
    ]);
    expect((await test.api('POST', '/apps/failing/releases', { release: release.id })).status).toBe(422);
    expect(app.log.lines.some(({ text }) => text === 'Process exited with status 3')).toBe(true);
  });

  it('can be made to expire, and cannot go live afterwards', async () => {
    const { app, release, pushed, open } = await gatedApp('expiring');
    await test.heroku.control.act('expiring', { action: 'expire-release' });
    expect(release.status).toBe('expired');
    await open(0);
    await pushed;
    expect(app.current.version).toBe(4);
  });

  it('does not put a release live that a newer one has overtaken', async () => {
    const { app, pushed, open } = await gatedApp('overtaken');
    const before = app.releases.find(({ version }) => version === 4);
    await test.heroku.control.act('overtaken', { action: 'rollback', release: 'v4' });
    await test.until(() => app.current.version === 6);
    await open(0);
    await pushed;
    expect(app.current).toMatchObject({ version: 6, slug: before?.slug });
    expect(app.releases[4]?.status).toBe('succeeded');
  });

  it('has no output stream until its command starts, then one that can be resumed', async () => {
    const { app, workspace } = await test.deployedApp('streaming');
    app.settings.releaseStartDelayMs = 3_600_000;
    await workspace.write(appFiles('echo never'));
    await workspace.commit();
    const pushed = test.push(workspace, 'streaming');
    await test.until(() => app.releases.length === 4);
    const { body } = await test.api('GET', '/apps/streaming/releases/4');
    expect((await fetch(body.output_stream_url)).status).toBe(404);
    await test.heroku.control.act('streaming', { action: 'expire-release' });
    app.settings.releaseStartDelayMs = 0;
    await pushed;

    await workspace.write(appFiles('printf "one\\ntwo\\n"'));
    await workspace.commit();
    await test.push(workspace, 'streaming');
    const url = (await test.api('GET', '/apps/streaming/releases/5')).body.output_stream_url as string;
    const rest = await fetch(url, { headers: { Range: 'bytes=4-' } });
    expect([rest.status, await rest.text()]).toEqual([206, 'two\n']);
    expect((await fetch(url, { headers: { Range: 'bytes=8-' } })).status).toBe(416);
    expect((await fetch(url.replace(/token=.*/, 'token=guess'))).status).toBe(404);
  });

  it('can be told to fail whatever the command does', async () => {
    const app = test.heroku.platform.apps.create(test.heroku.account, {
      name: 'told-to-fail',
      settings: { releaseResult: 'fail' },
    });
    const workspace = await test.workspace(appFiles('echo fine'));
    await workspace.commit();
    const { code, stderr } = await test.push(workspace, 'told-to-fail');
    expect(code).toBe(0);
    expect(stderr).toContain('fine');
    expect(app.releases.at(-1)?.status).toBe('failed');
  });

  it('runs for a change of config vars as well, and its failure leaves the dynos alone', async () => {
    const { app } = await test.deployedApp('config-phase', appFiles('[ "$BREAK" != 1 ]'));
    const before = app.dynos.map(({ id }) => id);
    await test.api('PATCH', '/apps/config-phase/config-vars', { BREAK: '1' });
    await app.releases.at(-1)?.settled;
    expect(app.releases.at(-1)).toMatchObject({ version: 4, status: 'failed' });
    expect(app.current.version).toBe(3);
    expect(app.dynos.map(({ id }) => id)).toEqual(before);
  });
});
