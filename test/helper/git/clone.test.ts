import { mkdir, rename, rm } from 'node:fs/promises';
import { Failure, Refusal } from '../../../src/helper/errors.ts';
import { createGit, type GitOptions } from '../../../src/helper/git/create-git.ts';
import { GitHttpRemote } from '../../support/git-http-remote.ts';
import { GitSandbox } from '../../support/git-sandbox.ts';

const LIMITS = { timeoutMs: 30_000 };

let sandbox: GitSandbox;
let server: GitHttpRemote;
let source: string;
let ids: readonly [string, string, string];
let count = 0;

beforeAll(async () => {
  sandbox = await GitSandbox.create();
  server = await GitHttpRemote.start();
  ({ directory: source, ids } = await sandbox.history('source'));
  await server.addRepository('origin');
  await sandbox.git(source, 'push', '--quiet', server.path('origin'), 'main');
});

beforeEach(() => {
  server.requests.length = 0;
});

afterAll(async () => {
  await server.stop();
  await sandbox.remove();
});

function gitIn(directory: string, more: Partial<GitOptions> = {}) {
  return createGit({ directory, environment: sandbox.environment, ...more });
}

/** A fresh clone over HTTP or of a path. */
async function clone(options: string[], from = server.url('origin')): Promise<string> {
  count += 1;
  const directory = sandbox.path(`clone-${count}`);
  await sandbox.git(sandbox.folder, 'clone', '--quiet', ...options, from, directory);
  server.requests.length = 0;
  return directory;
}

describe('cloneKind', () => {
  test.each([
    [[], 'full'],
    [['--depth=1'], 'shallow'],
    [['--depth=2'], 'shallow'],
    [['--filter=blob:none'], 'blobless'],
    [['--filter=tree:0', '--no-checkout'], 'blobless'],
    [['--filter=blob:none', '--depth=1'], 'shallow'],
    [['--bare'], 'full'],
    [['--origin=upstream', '--filter=blob:none'], 'blobless'],
  ] as const)('clone %j is %s', async (options, kind) => {
    expect(await gitIn(await clone([...options])).cloneKind()).toBe(kind);
  });

  test('a remote that promises nothing leaves it full', async () => {
    const directory = await clone([]);
    await sandbox.git(directory, 'config', 'remote.origin.promisor', 'false');
    expect(await gitIn(directory).cloneKind()).toBe('full');
  });

  test('a submodule’s checkout has a kind of its own', async () => {
    const outer = await sandbox.repository('outer');
    await sandbox.git(
      outer,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      source,
      'inner',
    );
    expect(await gitIn(`${outer}/inner`).cloneKind()).toBe('full');
    expect(await gitIn(`${outer}/inner`).topLevel()).toBe(`${outer}/inner`);
  });
});

describe('unshallow', () => {
  test('completes the history with one request process, and changes no branch', async () => {
    const directory = await clone(['--depth=1']);
    const git = gitIn(directory);
    expect(await git.hasCommit(ids[0])).toBe(false);
    await git.unshallow(LIMITS);
    expect(await git.cloneKind()).toBe('full');
    expect(await git.isAncestor(ids[0], ids[2])).toBe(true);
    expect(await sandbox.git(directory, 'rev-parse', 'main')).toBe(ids[2]);
    expect(git.networkRequests).toBe(1);
  });

  test('a complete clone asks nobody', async () => {
    const git = gitIn(await clone([]));
    await git.unshallow(LIMITS);
    expect(git.networkRequests).toBe(0);
    expect(server.requests).toEqual([]);
  });

  test('a commit that no branch reaches any more gets its history too', async () => {
    const directory = await clone(['--depth=1']);
    await sandbox.git(server.path('origin'), 'update-ref', 'refs/heads/main', ids[0]);
    try {
      const git = gitIn(directory);
      await git.unshallow(LIMITS);
      expect(await git.isAncestor(ids[0], ids[2])).toBe(true);
    } finally {
      await sandbox.git(server.path('origin'), 'update-ref', 'refs/heads/main', ids[2]);
    }
  });

  test('an origin that cannot be reached is refused with the remedy', async () => {
    const git = gitIn(await clone(['--depth=1']));
    server.fault = () => ({ kind: 'reset' });
    try {
      await expect(git.unshallow(LIMITS)).rejects.toMatchObject({
        verdict: 'refused',
        why: expect.stringContaining('git says'),
        next: expect.stringContaining('checkout: {method: full}'),
      });
    } finally {
      server.fault = () => undefined;
    }
  });

  test('credentials in the origin’s URL are not shown', async () => {
    const directory = await clone(['--depth=1']);
    await sandbox.git(directory, 'remote', 'set-url', 'origin', 'http://user:hunter2@127.0.0.1:1/a.git');
    const error = await gitIn(directory)
      .unshallow(LIMITS)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Refusal);
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  test('no origin at all', async () => {
    const directory = await clone(['--depth=1']);
    await sandbox.git(directory, 'remote', 'remove', 'origin');
    await expect(gitIn(directory).unshallow(LIMITS)).rejects.toThrow(Refusal);
  });

  test('an origin that asks for a password is not answered', async () => {
    const locked = await GitHttpRemote.start({ apiKey: 'k' });
    try {
      const directory = await clone(['--depth=1']);
      await sandbox.git(directory, 'remote', 'set-url', 'origin', locked.url('origin'));
      await expect(gitIn(directory).unshallow(LIMITS)).rejects.toThrow(/terminal prompts disabled/);
    } finally {
      await locked.stop();
    }
  });

  test('an origin that is shallow itself is refused', async () => {
    const middle = await clone(['--depth=1', '--bare']);
    const directory = await clone(['--depth=1'], `file://${middle}`);
    await expect(gitIn(directory).unshallow(LIMITS)).rejects.toThrow(/still is after fetching/);
  });

  test('an origin that never answers is given up, and git is gone', async () => {
    const git = gitIn(await clone(['--depth=1']));
    server.fault = () => ({ kind: 'hang' });
    try {
      await expect(git.unshallow({ timeoutMs: 300 })).rejects.toThrow(/not finished within 0.3 s/);
    } finally {
      server.fault = () => undefined;
    }
  });

  test('a signal stops it', async () => {
    const directory = await clone(['--depth=1']);
    const controller = new AbortController();
    server.fault = () => ({ kind: 'hang' });
    server.onHang = () => controller.abort();
    try {
      const stopped = gitIn(directory).unshallow({ ...LIMITS, signal: controller.signal });
      await expect(stopped).rejects.toThrow(Failure);
      const git = gitIn(directory);
      await expect(git.unshallow({ ...LIMITS, signal: controller.signal })).rejects.toThrow(/stopped/);
      expect(git.networkRequests).toBe(0);
    } finally {
      server.fault = () => undefined;
      server.onHang = () => undefined;
    }
  });
});

describe('a blobless clone', () => {
  test('missing objects are listed without fetching any', async () => {
    const git = gitIn(await clone(['--filter=blob:none']));
    const blob = (revision: string) => sandbox.git(source, 'rev-parse', revision);
    expect([...(await git.missingObjects(ids[2]))].sort()).toEqual(
      [await blob(`${ids[0]}:app.txt`), await blob(`${ids[1]}:app.txt`)].sort(),
    );
    expect(await git.missingObjects(ids[2], ids[1])).toEqual([]);
    expect(await git.missingObjects(ids[1], ids[0])).toEqual([await blob(`${ids[1]}:app.txt`)]);
    expect(await git.missingObjects(ids[2], '1'.repeat(40))).toHaveLength(2);
    expect(server.requests).toEqual([]);
    expect(git.networkRequests).toBe(0);
  });

  test('nothing that looks at the clone fetches by the way', async () => {
    const git = gitIn(await clone(['--filter=blob:none']));
    expect(await git.hasCommit('1'.repeat(40))).toBe(false);
    expect(await git.resolveCommit('1'.repeat(40))).toBeUndefined();
    expect(await git.resolveCommit('nope')).toBeUndefined();
    await expect(git.isAncestor('1'.repeat(40), ids[0])).rejects.toThrow(Failure);
    await git.usesLfs(ids[0]);
    await git.hasSubmodules(ids[0]);
    expect(server.requests).toEqual([]);
  });

  test('all missing objects come in one fetch', async () => {
    const git = gitIn(await clone(['--filter=blob:none']));
    await git.fetchObjects(await git.missingObjects(ids[2]), LIMITS);
    expect(await git.missingObjects(ids[2])).toEqual([]);
    expect(git.networkRequests).toBe(1);
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('over a path, and from a remote of another name', async () => {
    const git = gitIn(await clone(['--filter=blob:none', '--origin=upstream'], `file://${source}`));
    await git.fetchObjects(await git.missingObjects(ids[2]), LIMITS);
    expect(await git.missingObjects(ids[2])).toEqual([]);
  });

  test('folders that are missing come with what is in them, round by round', async () => {
    const git = gitIn(await clone(['--filter=tree:0', '--no-checkout']));
    const file = sandbox.path('treeless.tar.gz');
    await git.archive(ids[1], file);
    expect(git.networkRequests).toBe(2);
    expect(await git.readFile(ids[1], 'lib/two.txt')).toBe('two\n');
  });

  test('an origin that is gone is refused with the remedy', async () => {
    const copy = sandbox.path('moving-source');
    await sandbox.git(sandbox.folder, 'clone', '--quiet', '--bare', source, copy);
    await sandbox.git(copy, 'config', 'uploadpack.allowFilter', 'true');
    const git = gitIn(await clone(['--filter=blob:none'], `file://${copy}`));
    await rename(copy, `${copy}-away`);
    const missing = await git.missingObjects(ids[2]);
    await expect(git.fetchObjects(missing, LIMITS)).rejects.toMatchObject({
      verdict: 'refused',
      next: expect.stringContaining('checkout: {method: full}'),
    });
    await expect(git.readFile(ids[0], 'app.txt')).rejects.toThrow(Refusal);
    await expect(git.archive(ids[0], sandbox.path('x.tar.gz'))).rejects.toThrow(Refusal);
  });

  test('a git that ends with 0 without having fetched is not believed', async () => {
    const directory = await clone(['--filter=blob:none']);
    const gitBinary = await sandbox.script('lying/git', `case "$1" in fetch) exit 0;; esac\nexec git "$@"`);
    const git = gitIn(directory, { gitBinary });
    await expect(git.fetchObjects(await git.missingObjects(ids[2]), LIMITS)).rejects.toThrow(Refusal);
  });

  test('nothing to fetch asks nobody; ids are checked', async () => {
    const git = gitIn(await clone(['--filter=blob:none']));
    await git.fetchObjects([], LIMITS);
    expect(git.networkRequests).toBe(0);
    await expect(git.fetchObjects(['--upload-pack=touch x'], LIMITS)).rejects.toThrow(Failure);
    await expect(git.missingObjects('--all')).rejects.toThrow(Failure);
  });
});

describe('tryFetchCommit', () => {
  test('fetches a commit with its history', async () => {
    const directory = await clone(['--single-branch']);
    await sandbox.git(source, 'checkout', '--quiet', '-b', 'side', ids[0]);
    const side = await sandbox.commit(source, { 'side.txt': 'side' });
    await sandbox.git(source, 'push', '--quiet', server.path('origin'), 'side');
    await sandbox.git(source, 'checkout', '--quiet', 'main');
    const git = gitIn(directory);
    expect(await git.hasCommit(side)).toBe(false);
    expect(await git.tryFetchCommit(side, LIMITS)).toBe(true);
    expect(await git.isAncestor(ids[0], side)).toBe(true);
    expect(git.networkRequests).toBe(1);
  });

  test('is false where origin does not have it, does not answer, or there is none', async () => {
    const directory = await clone([]);
    const git = gitIn(directory);
    expect(await git.tryFetchCommit('1'.repeat(40), LIMITS)).toBe(false);
    expect(await git.tryFetchCommit('main', LIMITS)).toBe(false);
    server.fault = () => ({ kind: 'status', status: 500 });
    expect(await git.tryFetchCommit('1'.repeat(40), LIMITS)).toBe(false);
    server.fault = () => undefined;
    await sandbox.git(directory, 'remote', 'remove', 'origin');
    expect(await git.tryFetchCommit('1'.repeat(40), LIMITS)).toBe(false);
  });

  test('throws when it is told to stop, and outside of a repository', async () => {
    const signal = AbortSignal.abort();
    await expect(gitIn(source).tryFetchCommit(ids[0], { ...LIMITS, signal })).rejects.toThrow(Failure);
    const empty = sandbox.path('no-repository');
    await mkdir(empty);
    await expect(gitIn(empty).tryFetchCommit(ids[0], LIMITS)).rejects.toThrow(Refusal);
    await rm(empty, { recursive: true });
  });
});
