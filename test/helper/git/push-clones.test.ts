import { Failure, Refusal } from '../../../src/helper/errors.ts';
import { PushFixture } from './push-fixture.ts';

let fixture: PushFixture;

beforeAll(async () => {
  fixture = await PushFixture.start();
});

afterAll(() => fixture.stop());

beforeEach(() => fixture.freshApp());

describe('incomplete clones', () => {
  async function clone(...options: string[]): Promise<string> {
    const target = fixture.sandbox.path(`clone-${fixture.app}-${options.join('')}`);
    await fixture.sandbox.git(
      fixture.sandbox.folder,
      'clone',
      '--quiet',
      ...options,
      `file://${fixture.directory}`,
      target,
    );
    return target;
  }

  test('a shallow clone is refused by the server', async () => {
    expect(await fixture.push({}, { directory: await clone('--depth=1') })).toEqual({
      kind: 'shallow-refused',
    });
    expect(await fixture.push({}, { directory: await clone('--depth=2') })).toEqual({
      kind: 'shallow-refused',
    });
  });

  test('so it is in Heroku’s words', async () => {
    await fixture.server.setHook(
      fixture.app,
      'pre-receive',
      'echo " !	Push rejected, source repository is a shallow clone. Unshallow it with git fetch --all --unshallow"; exit 1',
    );
    expect(await fixture.push()).toEqual({ kind: 'shallow-refused' });
  });

  test('a shallow clone whose history was completed is taken', async () => {
    const folder = await clone('--depth=1');
    await fixture.git({ directory: folder }).unshallow({ timeoutMs: 30_000 });
    expect(await fixture.push({}, { directory: folder })).toEqual({ kind: 'pushed' });
  });

  test('a blobless clone never fetches while it holds the key: objects are missing', async () => {
    const folder = await clone('--filter=blob:none');
    expect(await fixture.push({}, { directory: folder })).toMatchObject({
      kind: 'objects-missing',
      message: expect.stringMatching(/[0-9a-f]{40}/),
    });
    expect(fixture.server.requests.some(({ carriesPack }) => carriesPack)).toBe(false);
  });

  test('nor the commit itself, which its origin would give', async () => {
    const folder = await clone('--filter=blob:none');
    const commit = await fixture.sandbox.commit(fixture.directory, { 'later.txt': fixture.app });
    const { binary, records } = await fixture.sandbox.recordingShim();
    const git = fixture.git({ directory: folder, gitBinary: binary });
    await expect(git.push(fixture.request({ commit }))).rejects.toThrow(/is not in this clone/);
    expect((await records()).map(({ args }) => args[0])).not.toContain('push');
    await fixture.sandbox.git(fixture.directory, 'reset', '--quiet', '--hard', fixture.ids[2]);
    expect(fixture.server.requests).toEqual([]);
  });

  test('a blobless clone is pushed once its objects were fetched', async () => {
    const folder = await clone('--filter=blob:none');
    const git = fixture.git({ directory: folder });
    await git.fetchObjects(await git.missingObjects(fixture.ids[2]), { timeoutMs: 30_000 });
    expect(await git.push(fixture.request())).toEqual({ kind: 'pushed' });
  });

  test('what the deployed commit reaches need not be fetched', async () => {
    await fixture.push({ commit: fixture.ids[1] });
    const folder = await clone('--filter=blob:none');
    const git = fixture.git({ directory: folder });
    expect(await git.missingObjects(fixture.ids[2], fixture.ids[1])).toEqual([]);
    expect(await git.push(fixture.request())).toEqual({ kind: 'pushed' });
    expect(await fixture.sandbox.git(fixture.server.path(fixture.app), 'fsck', '--full')).not.toContain(
      'missing',
    );
  });

  test('a work tree pushes like its repository', async () => {
    const tree = fixture.sandbox.path(`tree-${fixture.app}`);
    await fixture.sandbox.git(fixture.directory, 'worktree', 'add', '--quiet', '--detach', tree);
    expect(await fixture.push({}, { directory: tree })).toEqual({ kind: 'pushed' });
  });
});

describe('requests that are never sent', () => {
  test.each([
    ['a branch like an option', { branch: '--mirror' }, 'heroku-branch'],
    ['a branch that is two refspecs', { branch: 'a:refs/heads/b' }, 'heroku-branch'],
    ['a branch with blanks', { branch: 'a b' }, 'heroku-branch'],
    ['a branch with a line end', { branch: 'main\n' }, 'heroku-branch'],
    ['a branch out of its folder', { branch: '../main' }, 'heroku-branch'],
    ['no branch', { branch: '' }, 'heroku-branch'],
    ['a locked branch', { branch: 'a.lock' }, 'heroku-branch'],
    ['a branch with a pattern', { branch: '*' }, 'heroku-branch'],
    ['credentials in the URL', { url: 'https://heroku:x@git.heroku.com/app.git' }, undefined],
    ['plain http to another host', { url: 'http://git.heroku.com/app.git' }, undefined],
    ['another protocol', { url: 'ext::sh -c touch% /tmp/x' }, undefined],
    ['ssh', { url: 'ssh://git@heroku.com/app.git' }, undefined],
    ['no URL', { url: '--upload-pack=x' }, undefined],
    ['a query', { url: 'https://git.heroku.com/app.git?x' }, undefined],
  ])('%s', async (_, more, parameter) => {
    await expect(fixture.push(more)).rejects.toMatchObject({ verdict: 'refused', parameter });
    expect(fixture.server.requests).toEqual([]);
  });

  test.each([
    { commit: 'main' },
    { commit: '' },
    { commit: '--force' },
    { commit: '1'.repeat(40) },
    { lease: 'main' },
    { lease: '--x' },
  ])('%j', async (more) => {
    await expect(fixture.push(more)).rejects.toThrow(Failure);
    expect(fixture.server.requests).toEqual([]);
  });

  test('after the signal', async () => {
    const git = fixture.git();
    expect(await git.push(fixture.request({ signal: AbortSignal.abort() }))).toMatchObject({
      kind: 'unreachable',
    });
    expect(git.networkRequests).toBe(0);
    expect(fixture.server.requests).toEqual([]);
  });

  test('with a git that cannot take credentials by its environment', async () => {
    const gitBinary = await fixture.sandbox.script('old/git', 'echo git version 2.30.9');
    await expect(fixture.git({ gitBinary }).push(fixture.request())).rejects.toThrow(/2\.30\.9 is too old/);
  });

  test('with a git that speaks no https', async () => {
    const gitBinary = await fixture.sandbox.script(
      'no-https/git',
      `case "$1" in push) echo "git: 'remote-https' is not a git command. See 'git --help'." >&2; exit 128;; esac\nexec git "$@"`,
    );
    await expect(fixture.git({ gitBinary }).push(fixture.request())).rejects.toThrow(Failure);
  });

  test('outside of a repository', async () => {
    await expect(fixture.push({}, { directory: fixture.sandbox.home })).rejects.toThrow(Refusal);
  });
});
