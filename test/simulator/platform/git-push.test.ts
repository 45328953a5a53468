import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestHeroku } from '../support/local.ts';
import { appFiles } from '../support/workspace.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start();
});
afterAll(() => test.close());

function create(name: string) {
  return test.heroku.platform.apps.create(test.heroku.account, { name });
}

describe('a push to main', () => {
  it('becomes a release whose web dyno serves through the router', async () => {
    const { app, commit } = await test.deployedApp('first-push');
    expect(app.current).toMatchObject({ version: 3, description: `Deploy ${commit.slice(0, 8)}` });
    const answer = await fetch(test.heroku.platform.webUrl(app));
    expect(await answer.text()).toBe('web.1 ');
    expect(await test.heroku.platform.gitServer?.branchCommit('first-push', 'main')).toBe(commit);
  });

  it('prints what Heroku prints', async () => {
    create('prints');
    const workspace = await test.workspace(appFiles('echo migrating'));
    await workspace.commit();
    const { code, stderr } = await test.push(workspace, 'prints');
    expect(code).toBe(0);
    const lines = stderr
      .split('\n')
      .filter((line) => line.startsWith('remote: '))
      .map((line) => line.slice('remote: '.length).trimEnd());
    expect(lines).toEqual(
      expect.arrayContaining([
        '-----> Building on the Heroku-24 stack',
        '       Procfile declares types -> web, worker, release',
        '-----> Launching...',
        '       Released v3',
        `       ${test.heroku.platform.webUrl(test.app('prints'))} deployed to Heroku`,
        'Verifying deploy... done.',
        'Running release command....',
        'migrating',
        'Waiting for release.... done.',
      ]),
    );
    expect(lines.some((line) => line.includes('Release command declared:'))).toBe(true);
  });

  it('is rejected and leaves the ref alone when the build fails', async () => {
    const app = create('fails');
    app.settings.buildResult = 'fail';
    app.settings.buildOutput = ['bundler: command not found'];
    const workspace = await test.workspace();
    await workspace.commit();
    const { code, stderr } = await test.push(workspace, 'fails');
    expect(code).toBe(1);
    expect(stderr).toContain('bundler: command not found');
    expect(stderr).toContain('Push rejected, failed to compile');
    expect(stderr).toContain('(pre-receive hook declined)');
    expect(await test.heroku.platform.gitServer?.branchCommit('fails', 'main')).toBeUndefined();
    expect(app.releases).toHaveLength(2);
    expect(app.builds).toMatchObject([{ status: 'failed', slug: null, release: null }]);
  });

  it('runs the build command in the slug, with the config vars', async () => {
    const { app, workspace } = await test.deployedApp('with-a-command');
    app.configVars = { ...app.configVars, WORD: 'installed' };
    app.settings.buildCommand = 'echo "$WORD" | tee module.txt; sleep 1000 & echo in the background >&2';
    await workspace.commit('again');
    const { code, stderr } = await test.push(workspace, 'with-a-command');
    expect(code).toBe(0);
    expect(stderr).toMatch(/-----> Running echo [^]* installed\s[^]*-----> Discovering process types/);
    expect(stderr).toContain(' in the background');
    expect(await readFile(join(app.current?.slug?.directory ?? '', 'module.txt'), 'utf8')).toBe(
      'installed\n',
    );
  });

  it('is rejected when the build command fails, and leaves no slug', async () => {
    const app = create('fails-by-command');
    app.settings.buildCommand = 'pwd; exit 3';
    const workspace = await test.workspace();
    await workspace.commit();
    const { code, stderr } = await test.push(workspace, 'fails-by-command');
    expect(code).toBe(1);
    expect(stderr).toContain('The build command ended with 3: pwd; exit 3');
    const [, folder = ''] = /remote: +(\/\S+)/.exec(stderr) ?? [];
    expect(folder).not.toBe('');
    expect(existsSync(folder)).toBe(false);
  });

  it('is rejected without a Procfile, with the reason', async () => {
    create('no-procfile');
    const workspace = await test.workspace({ 'readme.txt': 'hello' });
    await workspace.commit();
    const { code, stderr } = await test.push(workspace, 'no-procfile');
    expect(code).toBe(1);
    expect(stderr).toContain('No file named Procfile');
  });

  it('succeeds and moves the ref though the release command fails, and the old release stays current', async () => {
    const { app, workspace } = await test.deployedApp('bad-release');
    const before = app.current;
    await workspace.write(appFiles('echo about to fail; exit 3'));
    const commit = await workspace.commit('Second');
    const { code, stderr } = await test.push(workspace, 'bad-release');
    expect(code).toBe(0);
    expect(stderr).toContain('about to fail');
    expect(stderr).toContain('Waiting for release.... failed.');
    expect(app.releases.at(-1)).toMatchObject({ version: 4, status: 'failed' });
    expect(app.current).toBe(before);
    expect(await test.heroku.platform.gitServer?.branchCommit('bad-release', 'main')).toBe(commit);
    const again = await test.push(workspace, 'bad-release');
    expect(again.stderr).toContain('Everything up-to-date');
    expect(app.releases).toHaveLength(4);
  });
});

it('skips the build for another branch', async () => {
  const app = create('other-branch');
  const workspace = await test.workspace();
  const commit = await workspace.commit();
  const { code, stderr } = await test.push(workspace, 'other-branch', { ref: 'refs/heads/feature' });
  expect(code).toBe(0);
  expect(stderr).toContain('Pushed to branch other than [main, master], skipping build.');
  expect(app.builds).toEqual([]);
  expect(await test.heroku.platform.gitServer?.branchCommit('other-branch', 'feature')).toBe(commit);
});

describe('a pusher', () => {
  it('with a wrong key is told so', async () => {
    create('wrong-key');
    const workspace = await test.workspace();
    await workspace.commit();
    const { code, stderr } = await test.push(workspace, 'wrong-key', { key: 'nobodys-key' });
    expect(code).toBe(128);
    expect(stderr).toContain('Authentication failed');
  });

  it('with a revoked key is told the same', async () => {
    create('revoked-key');
    const account = test.heroku.platform.accounts.create({
      email: 'left@example.com',
      keys: [{ key: 'old-key' }],
    });
    const [key] = account.keys;
    if (key) key.revoked = true;
    const workspace = await test.workspace();
    await workspace.commit();
    const { code, stderr } = await test.push(workspace, 'revoked-key', { key: 'old-key' });
    expect(code).toBe(128);
    expect(stderr).toContain('Authentication failed');
  });

  it('finds no app that is not theirs', async () => {
    create('not-theirs');
    test.heroku.platform.accounts.create({ email: 'stranger@example.com', keys: [{ key: 'strange-key' }] });
    const workspace = await test.workspace();
    await workspace.commit();
    const { code, stderr } = await test.push(workspace, 'not-theirs', { key: 'strange-key' });
    expect(code).toBe(128);
    expect(stderr).toContain('not found');
  });

  it('cannot push while another build is running', async () => {
    const app = create('busy');
    app.settings.buildMs = 3_600_000;
    const [one, two] = [await test.workspace(), await test.workspace()];
    await one.commit('One');
    await two.commit('Two');
    const first = test.push(one, 'busy');
    await test.until(() => app.builds.length === 1);
    const second = await test.push(two, 'busy', { force: true });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('another deployment of busy is in progress');
    const [build] = app.builds;
    if (build) await test.heroku.platform.builds.cancel(build);
    expect(await first).toMatchObject({ code: 1 });
    expect(app.builds).toMatchObject([{ status: 'failed' }]);
  });

  it('cannot push while a build from a source is running', async () => {
    const app = create('busy-building');
    app.settings.buildMs = 3_600_000;
    const workspace = await test.workspace();
    await workspace.commit();
    const url = await test.upload(workspace);
    await test.api('POST', '/apps/busy-building/builds', { source_blob: { url } });
    const { code, stderr } = await test.push(workspace, 'busy-building');
    expect(code).toBe(1);
    expect(stderr).toContain('Another build of busy-building is in progress');
  });

  it('cannot push while the release command of another push is running', async () => {
    const app = create('busy-releasing');
    const workspace = await test.workspace(appFiles('sleep 3600'));
    await workspace.commit();
    const first = test.push(workspace, 'busy-releasing');
    await test.until(() => app.dynos.some(({ type, state }) => type === 'release' && state === 'up'));
    await workspace.commit('Second');
    const second = await test.push(workspace, 'busy-releasing');
    expect(second.code).toBe(1);
    expect(app.builds).toHaveLength(1);
    await test.heroku.control.act('busy-releasing', { action: 'expire-release' });
    expect((await first).code).toBe(0);
    expect(app.releases.at(-1)?.status).toBe('expired');
    expect((await test.push(workspace, 'busy-releasing', { ref: 'refs/heads/other' })).code).toBe(0);
  });

  it('who goes away once the pack has arrived does not stop the build, and the ref moves', async () => {
    const app = create('gone');
    app.settings.buildMs = 300;
    const workspace = await test.workspace();
    const commit = await workspace.commit();
    const aborted = new AbortController();
    const push = test.push(workspace, 'gone', { signal: aborted.signal });
    await test.until(() => app.builds.length === 1);
    aborted.abort();
    expect((await push).code).toBeNull();
    await test.until(() => test.heroku.control.requests({ app: 'gone' }).at(-1)?.outcome === 'client-gone');
    await test.until(() => app.builds[0]?.status === 'succeeded');
    await test.until(() => app.current.version === 3);
    await waitForRef('gone', commit);
  });

  async function waitForRef(app: string, commit: string): Promise<void> {
    // The ref moves a moment after the release, when git has ended its hook; the platform is told then.
    await new Promise<void>((resolve) => {
      const check = () => {
        void test.heroku.platform.gitServer?.branchCommit(app, 'main').then((found) => {
          if (found !== commit) return;
          unsubscribe();
          resolve();
        });
      };
      const unsubscribe = test.heroku.platform.changes.subscribe(check);
      check();
    });
  }

  it('has so many git requests an hour, then 429', async () => {
    const limited = await TestHeroku.start({ apps: ['limited'], gitRequestsPerHour: 1 });
    try {
      const workspace = await limited.workspace();
      await workspace.commit();
      const { code, stderr } = await limited.push(workspace, 'limited');
      expect(code).not.toBe(0);
      expect(stderr).toContain('429');
    } finally {
      await limited.close();
    }
  });
});
