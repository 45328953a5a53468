import { Failure, Refusal } from '../../../src/helper/errors.ts';
import { createGit, type GitOptions } from '../../../src/helper/git/create-git.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import type { PushOutcome, PushRequest } from '../../../src/helper/ports/git.ts';
import { GitHttpRemote } from '../../support/git-http-remote.ts';
import { GitSandbox } from '../../support/git-sandbox.ts';

const KEY = 'HRKU-5d0c4b1e-1111-2222-3333-444455556666';

let sandbox: GitSandbox;
let server: GitHttpRemote;
let directory: string;
let ids: readonly [string, string, string];
let app: string;
let count = 0;

beforeAll(async () => {
  sandbox = await GitSandbox.create();
  server = await GitHttpRemote.start({ tls: true, apiKey: KEY });
  ({ directory, ids } = await sandbox.history('repository'));
});

afterAll(async () => {
  await server.stop();
  await sandbox.remove();
});

beforeEach(async () => {
  count += 1;
  app = `app-${count}`;
  await server.addRepository(app);
  server.requests.length = 0;
});

function gitIn(folder: string, more: Partial<GitOptions> = {}) {
  return createGit({
    directory: folder,
    environment: { ...sandbox.environment, GIT_SSL_CAINFO: server.caFile },
    ...more,
  });
}

function request(more: Partial<PushRequest> = {}): PushRequest {
  return {
    url: server.url(app),
    apiKey: new Secret(KEY),
    commit: ids[2],
    branch: 'main',
    onLine: () => undefined,
    timeoutMs: 30_000,
    ...more,
  };
}

function push(more: Partial<PushRequest> = {}, folder = directory): Promise<PushOutcome> {
  return gitIn(folder).push(request(more));
}

describe('what git and the server agree on', () => {
  test('a first push, with one question and one pack', async () => {
    const git = gitIn(directory);
    expect(await git.push(request())).toEqual({ kind: 'pushed' });
    expect(await server.branch(app, 'main')).toBe(ids[2]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /${app}.git/info/refs?service=git-receive-pack`,
      `POST /${app}.git/git-receive-pack`,
    ]);
    expect(git.networkRequests).toBe(1);
  });

  test('only the commit that was named, to the branch that was named', async () => {
    expect(await push({ commit: ids[0], branch: 'release/x' })).toEqual({ kind: 'pushed' });
    expect(await server.branch(app, 'release/x')).toBe(ids[0]);
    expect(await server.branch(app, 'main')).toBeUndefined();
  });

  test('tags are not pushed along, and push options not sent, whatever the user has set', async () => {
    await sandbox.git(directory, 'tag', '--annotate', '-f', 'v1', '--message', 'v1', ids[2]);
    await sandbox.git(directory, 'config', 'push.followTags', 'true');
    await sandbox.git(directory, 'config', 'push.gpgSign', 'true');
    await sandbox.git(directory, 'config', 'push.pushOption', 'ci.skip');
    await sandbox.git(directory, 'config', 'push.recurseSubmodules', 'only');
    try {
      expect(await push()).toEqual({ kind: 'pushed' });
    } finally {
      for (const key of ['followTags', 'gpgSign', 'pushOption', 'recurseSubmodules']) {
        await sandbox.git(directory, 'config', '--unset', `push.${key}`);
      }
    }
    expect(await sandbox.git(server.path(app), 'tag')).toBe('');
  });

  test('the same commit again is up to date, and sends no pack', async () => {
    await push();
    server.requests.length = 0;
    expect(await push()).toEqual({ kind: 'up-to-date' });
    expect(server.requests.some(({ carriesPack }) => carriesPack)).toBe(false);
  });

  test('the release is read from the last lines', async () => {
    await server.setHook(app, 'post-receive', 'echo "       Released v7"; echo "       Released v12"');
    expect(await push()).toEqual({ kind: 'pushed', releasedVersion: 12 });
  });

  test('going back is refused without a lease', async () => {
    await push();
    expect(await push({ commit: ids[0] })).toEqual({ kind: 'non-fast-forward' });
    expect(await server.branch(app, 'main')).toBe(ids[2]);
  });

  test('a commit of the server that this clone does not know is no fast-forward', async () => {
    const other = await sandbox.history(`other-${app}`);
    await sandbox.commit(other.directory, { 'other.txt': app });
    await sandbox.git(other.directory, 'push', '--quiet', server.path(app), 'main');
    expect(await push()).toEqual({ kind: 'non-fast-forward' });
  });

  test('a server that takes no force says so', async () => {
    await push();
    await sandbox.git(server.path(app), 'config', 'receive.denyNonFastForwards', 'true');
    expect(await push({ commit: ids[0], lease: ids[2] })).toEqual({ kind: 'non-fast-forward' });
  });

  test('a lease that holds lets go back', async () => {
    await push();
    expect(await push({ commit: ids[0], lease: ids[2] })).toEqual({ kind: 'pushed' });
    expect(await server.branch(app, 'main')).toBe(ids[0]);
  });

  test('a lease that does not hold changes nothing', async () => {
    await push();
    expect(await push({ commit: ids[0], lease: ids[1] })).toEqual({ kind: 'stale-lease' });
    expect(await push({ commit: ids[0], lease: '' })).toEqual({ kind: 'stale-lease' });
    expect(await server.branch(app, 'main')).toBe(ids[2]);
  });

  test('a lease on nothing creates the branch', async () => {
    expect(await push({ lease: '' })).toEqual({ kind: 'pushed' });
    expect(await push({ branch: 'other', lease: ids[0] })).toEqual({ kind: 'stale-lease' });
  });

  test('a build that fails is declined, with its lines', async () => {
    await server.setHook(
      app,
      'pre-receive',
      'echo "-----> Ruby app detected"; echo " !     Push rejected, failed to compile Ruby app."; exit 1',
    );
    expect(await push()).toEqual({
      kind: 'declined',
      lines: ['-----> Ruby app detected', ' !     Push rejected, failed to compile Ruby app.'],
    });
    expect(await server.branch(app, 'main')).toBeUndefined();
  });

  test('declined without a word, git’s own reason is given', async () => {
    await server.setHook(app, 'pre-receive', 'exit 1');
    expect(await push()).toEqual({
      kind: 'declined',
      lines: ['[remote rejected] (pre-receive hook declined)'],
    });
  });

  test('a rate limit that a hook tells of', async () => {
    await server.setHook(app, 'pre-receive', 'echo " !  Your account reached the API rate limit"; exit 1');
    expect(await push()).toEqual({ kind: 'rate-limited' });
  });

  test('a branch that moved between question and pack may have been moved by this very push', async () => {
    const moved = `git update-ref refs/heads/main ${ids[0]}`;
    await push({ commit: ids[0], branch: 'objects' });
    await server.setHook(app, 'pre-receive', `unset GIT_QUARANTINE_PATH; ${moved}`);
    expect(await push()).toMatchObject({ kind: 'lost', message: expect.stringContaining('remote rejected') });
  });

  test('a server that dies while it takes the pack: lost', async () => {
    await server.setHook(app, 'pre-receive', 'kill -9 $PPID');
    expect(await push()).toMatchObject({ kind: 'lost', message: expect.stringContaining('hung up') });
  });
});

describe('live output', () => {
  test('lines arrive while the build runs', async () => {
    const fifo = sandbox.path('go');
    await sandbox.git(sandbox.folder, '-c', `alias.fifo=!mkfifo '${fifo}'`, 'fifo');
    // The hook goes on only after its first line has been seen: a push that told its lines at the end would hang.
    await server.setHook(app, 'pre-receive', `echo building; cat '${fifo}' >/dev/null; echo built`);
    const lines: string[] = [];
    const outcome = await push({
      onLine: (line) => {
        lines.push(line);
        if (line === 'building') void sandbox.git(sandbox.folder, '-c', `alias.go=!echo x > '${fifo}'`, 'go');
      },
    });
    expect(outcome).toEqual({ kind: 'pushed' });
    expect(lines).toEqual(['building', 'built']);
  });

  test('a listener that throws does not spoil the push, and is reported once', async () => {
    await server.setHook(app, 'pre-receive', 'echo one; echo two');
    const warnings: string[] = [];
    const log = {
      info: () => undefined,
      warn: (text: string) => void warnings.push(text),
      output: () => undefined,
      addSecret: () => undefined,
    };
    const onLine = (): void => {
      throw new Error('no room');
    };
    expect(await gitIn(directory, { log }).push(request({ onLine }))).toEqual({ kind: 'pushed' });
    expect(warnings).toEqual([expect.stringContaining('no room')]);
  });

  test('umlauts and colours pass unharmed', async () => {
    await server.setHook(app, 'pre-receive', "printf '\\303\\244 \\033[1mRuby\\033[0m\\n'");
    const lines: string[] = [];
    await push({ onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['ä \u001b[1mRuby\u001b[0m']);
  });
});

describe('incomplete clones', () => {
  async function clone(...options: string[]): Promise<string> {
    const target = sandbox.path(`clone-${app}-${options.join('')}`);
    await sandbox.git(sandbox.folder, 'clone', '--quiet', ...options, `file://${directory}`, target);
    return target;
  }

  test('a shallow clone is refused by the server', async () => {
    expect(await push({}, await clone('--depth=1'))).toEqual({ kind: 'shallow-refused' });
    expect(await push({}, await clone('--depth=2'))).toEqual({ kind: 'shallow-refused' });
  });

  test('so it is in Heroku’s words', async () => {
    await server.setHook(
      app,
      'pre-receive',
      'echo " !	Push rejected, source repository is a shallow clone. Unshallow it with git fetch --all --unshallow"; exit 1',
    );
    expect(await push()).toEqual({ kind: 'shallow-refused' });
  });

  test('a shallow clone whose history was completed is taken', async () => {
    const folder = await clone('--depth=1');
    await gitIn(folder).unshallow({ timeoutMs: 30_000 });
    expect(await push({}, folder)).toEqual({ kind: 'pushed' });
  });

  test('a blobless clone never fetches while it holds the key: objects are missing', async () => {
    const folder = await clone('--filter=blob:none');
    expect(await push({}, folder)).toMatchObject({
      kind: 'objects-missing',
      message: expect.stringMatching(/[0-9a-f]{40}/),
    });
    expect(server.requests.some(({ carriesPack }) => carriesPack)).toBe(false);
  });

  test('a blobless clone is pushed once its objects were fetched', async () => {
    const folder = await clone('--filter=blob:none');
    const git = gitIn(folder);
    await git.fetchObjects(await git.missingObjects(ids[2]), { timeoutMs: 30_000 });
    expect(await git.push(request())).toEqual({ kind: 'pushed' });
  });

  test('what the deployed commit reaches need not be fetched', async () => {
    await push({ commit: ids[1] });
    const folder = await clone('--filter=blob:none');
    const git = gitIn(folder);
    expect(await git.missingObjects(ids[2], ids[1])).toEqual([]);
    expect(await git.push(request())).toEqual({ kind: 'pushed' });
    expect(await sandbox.git(server.path(app), 'fsck', '--full')).not.toContain('missing');
  });

  test('a work tree pushes like its repository', async () => {
    const tree = sandbox.path(`tree-${app}`);
    await sandbox.git(directory, 'worktree', 'add', '--quiet', '--detach', tree);
    expect(await push({}, tree)).toEqual({ kind: 'pushed' });
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
    await expect(push(more)).rejects.toMatchObject({ verdict: 'refused', parameter });
    expect(server.requests).toEqual([]);
  });

  test.each([
    { commit: 'main' },
    { commit: '' },
    { commit: '--force' },
    { commit: '1'.repeat(40) },
    { lease: 'main' },
    { lease: '--x' },
  ])('%j', async (more) => {
    await expect(push(more)).rejects.toThrow(Failure);
    expect(server.requests).toEqual([]);
  });

  test('after the signal', async () => {
    const git = gitIn(directory);
    expect(await git.push(request({ signal: AbortSignal.abort() }))).toMatchObject({ kind: 'unreachable' });
    expect(git.networkRequests).toBe(0);
    expect(server.requests).toEqual([]);
  });

  test('with a git that cannot take credentials by its environment', async () => {
    const gitBinary = await sandbox.script('old/git', 'echo git version 2.30.9');
    await expect(gitIn(directory, { gitBinary }).push(request())).rejects.toThrow(/2\.30\.9 is too old/);
  });

  test('with a git that speaks no https', async () => {
    const gitBinary = await sandbox.script(
      'no-https/git',
      `case "$1" in push) echo "git: 'remote-https' is not a git command. See 'git --help'." >&2; exit 128;; esac\nexec git "$@"`,
    );
    await expect(gitIn(directory, { gitBinary }).push(request())).rejects.toThrow(Failure);
  });

  test('outside of a repository', async () => {
    await expect(push({}, sandbox.home)).rejects.toThrow(Refusal);
  });
});
