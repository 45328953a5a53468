import { readdirSync } from 'node:fs';
import { APP_FILES } from './support/repository.ts';
import { APP } from './support/world.ts';
import {
  ADMIN,
  buildsOf,
  deploy,
  gitRequests,
  helper,
  running,
  useTarballStage,
  withoutGit,
  world,
} from './support/tarball-stage.ts';

useTarballStage();

describe('through the orb', () => {
  const step = (parameters: Record<string, unknown>) => ({
    'heroku-cd/deploy': { 'app-name': APP, ...parameters },
  });
  const artifacts = { store_artifacts: { path: '~/.heroku-cd', destination: 'heroku-cd' } };
  const look = { run: { name: 'Look', command: 'git rev-list --count HEAD' } };

  test('a clone of depth 1 is deployed as it is, while Heroku takes no more git requests', async () => {
    const commit = await world.repository.commit({ 'greeting.txt': 'from a shallow clone' });
    await withoutGit();
    const { exitCode, result, log } = await world.deploy({
      steps: [{ checkout: { method: 'shallow', depth: 1 } }, step({ transport: 'build' }), look, artifacts],
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(result?.releaseAfter?.commit).toBe(commit);
    expect(await world.visit()).toBe('200 from a shallow clone');
    expect(await gitRequests()).toBe(0);
    // Its history was compared and is still not in it.
    expect(log).toMatch(/^1$/m);
    expect(log).not.toContain('is not known');
  });

  test('a blobless clone without an origin is deployed', async () => {
    const commit = await world.repository.commit({ 'greeting.txt': 'from a blobless clone' });
    const gone = {
      run: {
        name: 'Lose the origin',
        command: 'git remote remove origin && git config extensions.partialClone origin',
      },
    };
    const { exitCode, result, log } = await world.deploy({
      steps: ['checkout', gone, step({ transport: 'build' }), artifacts],
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(result?.releaseAfter?.commit).toBe(commit);
  });

  test('two apps of one repository are deployed from one commit', async () => {
    const files = (name: string) => ({
      [`apps/${name}/Procfile`]: APP_FILES['Procfile'] ?? '',
      [`apps/${name}/web.js`]: APP_FILES['web.js'] ?? '',
      [`apps/${name}/greeting.txt`]: `the ${name}`,
    });
    const commit = await world.repository.commit({ ...files('shop'), ...files('admin') });
    const { exitCode, log } = await world.deploy({
      steps: [
        { checkout: { method: 'full' } },
        step({ 'app-directory': 'apps/shop' }),
        step({ 'app-name': ADMIN, 'app-directory': './apps/admin/', install: false }),
      ],
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect([await running(), await running(ADMIN)]).toEqual([commit, commit]);
    expect(await world.visit()).toBe('200 the shop');
    expect(await gitRequests()).toBe(0);
    const slug = world.heroku.platform.apps.find(ADMIN)?.slugs.at(-1);
    expect(readdirSync(slug?.directory ?? '').sort()).toEqual(['Procfile', 'greeting.txt', 'web.js']);
  });
});

describe('a build', () => {
  test('that fails is exit 1, with its output, and the app is as it was', async () => {
    const before = await world.heroku.control.app(APP);
    const commit = await world.repository.commit({ 'greeting.txt': 'broken' });
    await world.heroku.control.changeSettings(APP, {
      buildResult: 'fail',
      buildOutput: ['\u001b[1;31m!     Error: no such module\u001b[0m'],
    });
    const { code, stdout } = await deploy(['--maintenance', 'always']);
    expect(code).toBe(1);
    const why =
      '\n  Why:  Error: no such module The buildpack failed, as the settings of this app ask for.\n  Next: Mend that';
    expect(stdout).toContain(`ERROR: Heroku’s build on ${APP} failed.${why}`);
    expect(await buildsOf(commit)).toEqual(['failed']);
    const after = await world.heroku.control.app(APP);
    expect(after.releases).toEqual(before.releases);
    expect(after).toMatchObject({ maintenance: false, formation: before.formation });

    // A refused push says the same.
    const pushed = await helper.run(['deploy', '--transport', 'git', '--revision', 'HEAD']);
    expect(pushed.stdout).toContain(
      `ERROR: Heroku refused the push of ${commit.slice(0, 8)} to ${APP}.${why}`,
    );
  });

  test('that does not end is cancelled after build-timeout', async () => {
    const before = await running();
    const commit = await world.repository.commit({ 'greeting.txt': 'slow' });
    await world.heroku.control.changeSettings(APP, { buildMs: 600_000 });
    const { code, stdout } = await deploy(['--maintenance', 'always', '--build-timeout', '20s']);
    expect(code).toBe(1);
    expect(stdout).toContain('`build-timeout` is the limit');
    expect(await buildsOf(commit)).toEqual(['failed']);
    expect(await running()).toBe(before);
    expect(await world.heroku.control.app(APP)).toMatchObject({ maintenance: false });
  });

  test.each([
    ['POST', '/sources', 'after-effect'],
    ['PUT', '/_sources/*', 'before-effect'],
    ['PUT', '/_sources/*', 'after-effect'],
    ['POST', `/apps/${APP}/builds`, 'before-effect'],
    ['POST', `/apps/${APP}/builds`, 'after-effect'],
  ] as const)('is made once where the answer to %s %s is lost, %s', async (method, path, when) => {
    const commit = await world.repository.commit({ 'greeting.txt': `${method} ${path} ${when}` });
    await world.heroku.control.addFault({
      match: { method, path: `^${path.replace('*', '.*')}$`, times: 1 },
      effect: { kind: 'reset', when },
    });
    const { code, stdout } = await deploy();
    expect({ code, told: code === 0 ? '' : stdout }).toEqual({ code: 0, told: '' });
    expect((await world.heroku.control.faults())[0]).toMatchObject({ applied: 1 });
    expect(await buildsOf(commit)).toEqual(['succeeded']);
    expect(await running()).toBe(commit);
  });

  test('is not made again for a commit that was built and is not current', async () => {
    const commit = await world.repository.commit({ 'greeting.txt': 'rolled back' });
    expect(await deploy()).toMatchObject({ code: 0 });
    const { releases } = await world.heroku.control.app(APP);
    const earlier = releases.filter((one) => one.slug !== null && one.commit !== commit).at(-1);
    await world.heroku.control.act(APP, { action: 'rollback', release: `v${earlier?.version ?? 0}` });
    expect(await deploy()).toMatchObject({ code: 0 });
    expect(await running()).toBe(commit);
    expect(await buildsOf(commit)).toEqual(['succeeded']);
    const again = await deploy();
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('is deployed already') });
  });

  test('is made again on another stack than that one was built on', async () => {
    const commit = await world.repository.commit({ 'greeting.txt': 'another stack' });
    expect(await deploy()).toMatchObject({ code: 0 });
    const { releases } = await world.heroku.control.app(APP);
    const earlier = releases.filter((one) => one.slug !== null && one.commit !== commit).at(-1);
    await world.heroku.control.act(APP, { action: 'rollback', release: `v${earlier?.version ?? 0}` });
    await world.heroku.control.act(APP, { action: 'describe', buildStack: 'heroku-22' });
    expect(await deploy()).toMatchObject({ code: 0 });
    await world.heroku.control.act(APP, { action: 'describe', buildStack: 'heroku-24' });
    expect(await running()).toBe(commit);
    expect(await buildsOf(commit)).toEqual(['succeeded', 'succeeded']);
    expect(world.app().stack).toBe('heroku-22');
  });
});

test('an image, of which Heroku names no commit, is not replaced by an older commit unasked', async () => {
  await world.heroku.control.act(APP, { action: 'describe', stack: 'container', buildStack: 'container' });
  const older = await world.repository.commit({ 'greeting.txt': 'older' });
  const newer = await world.repository.commit({ 'greeting.txt': 'newer' });
  expect(await deploy()).toMatchObject({ code: 0 });

  for (const transport of ['build', 'git']) {
    const again = await helper.run(['deploy', '--transport', transport, '--revision', older]);
    expect(again).toMatchObject({ code: 2, stdout: expect.stringContaining('force') });
    expect(await running()).toBe(newer);
  }
  expect(await deploy(['--revision', older, '--force'])).toMatchObject({ code: 0 });
  expect(await running()).toBe(older);
});
