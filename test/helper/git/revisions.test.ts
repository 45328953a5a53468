import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Failure, Refusal } from '../../../src/helper/errors.ts';
import { createGit, type GitOptions } from '../../../src/helper/git/create-git.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import { GitSandbox } from '../../support/git-sandbox.ts';

let sandbox: GitSandbox;
let directory: string;
let ids: readonly [string, string, string];

beforeAll(async () => {
  sandbox = await GitSandbox.create();
  ({ directory, ids } = await sandbox.history('repository'));
});

afterAll(() => sandbox.remove());

function gitIn(folder: string, more: Partial<GitOptions> = {}) {
  return createGit({ directory: folder, environment: sandbox.environment, ...more });
}

describe('version', () => {
  test('is read from git', async () => {
    expect(await gitIn(directory).version()).toMatch(/^\d+\.\d+(\.\d+)*$/);
  });

  test('no git is refused, with the remedy', async () => {
    const git = gitIn(directory, { gitBinary: 'git-that-is-not-there' });
    await expect(git.version()).rejects.toThrow(Refusal);
    await expect(git.version()).rejects.toMatchObject({
      what: 'There is no git here.',
      next: /cimg\/node/ as never,
    });
  });

  test('a git that may not be run is refused too', async () => {
    await expect(gitIn(directory, { gitBinary: join(directory, 'app.txt') }).version()).rejects.toThrow(
      Refusal,
    );
  });

  test('a git that says something else is a failure', async () => {
    const gitBinary = await sandbox.script('odd-git', 'echo "hub version 1"');
    await expect(gitIn(directory, { gitBinary }).version()).rejects.toThrow(Failure);
  });

  test('a path with blanks is no obstacle', async () => {
    const gitBinary = await sandbox.script('with blank/git', 'echo git version 2.99.1.windows.2');
    expect(await gitIn(directory, { gitBinary }).version()).toBe('2.99.1');
  });
});

describe('topLevel', () => {
  test('is the top folder, from a folder below it too', async () => {
    expect(await gitIn(directory).topLevel()).toBe(directory);
    expect(await gitIn(join(directory, 'lib')).topLevel()).toBe(directory);
  });

  test('outside of a repository, in a bare one and inside .git there is none', async () => {
    await sandbox.git(sandbox.folder, 'init', '--quiet', '--bare', 'bare.git');
    expect(await gitIn(sandbox.home).topLevel()).toBeUndefined();
    expect(await gitIn(sandbox.path('bare.git')).topLevel()).toBeUndefined();
    expect(await gitIn(join(directory, '.git')).topLevel()).toBeUndefined();
  });

  test('a work tree has its own', async () => {
    const tree = sandbox.path('work tree');
    await sandbox.git(directory, 'worktree', 'add', '--quiet', '--detach', tree);
    expect(await gitIn(tree).topLevel()).toBe(tree);
    expect(await gitIn(tree).resolveCommit('HEAD')).toBe(ids[2]);
  });

  test('what a hook leaves in the environment does not lead elsewhere', async () => {
    const environment = {
      ...sandbox.environment,
      GIT_DIR: '/nonexistent',
      GIT_WORK_TREE: '/',
      GIT_INDEX_FILE: '/x',
    };
    expect(await gitIn(directory, { environment }).topLevel()).toBe(directory);
  });

  test('a repository of somebody else is refused with the command that allows it', async () => {
    const environment = { ...sandbox.environment, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    const git = gitIn(directory, { environment });
    for (const call of [
      () => git.topLevel(),
      () => git.resolveCommit('HEAD'),
      () => git.cloneKind(),
      () => git.usesLfs(ids[2]),
    ]) {
      await expect(call()).rejects.toMatchObject({
        verdict: 'refused',
        next: expect.stringContaining(`git config --global --add safe.directory ${directory}`),
      });
    }
  });

  test('a directory that was deleted meanwhile is refused by name', async () => {
    const gone = sandbox.path('gone');
    await mkdir(gone);
    const git = gitIn(gone);
    await rm(gone, { recursive: true });
    await expect(git.topLevel()).rejects.toMatchObject({
      verdict: 'refused',
      what: expect.stringContaining(gone),
    });
  });
});

describe('resolveCommit', () => {
  let clone: string;
  beforeAll(async () => {
    await sandbox.git(directory, 'tag', '--annotate', 'v1', '--message', 'v1', ids[0]);
    await sandbox.git(directory, 'tag', 'light', ids[1]);
    await sandbox.git(directory, 'branch', 'feature/x', ids[1]);
    await sandbox.git(directory, 'branch', 'both', ids[0]);
    await sandbox.git(directory, 'tag', 'both', ids[1]);
    clone = sandbox.path('clone');
    await sandbox.git(sandbox.folder, 'clone', '--quiet', directory, clone);
  });

  test.each([
    ['HEAD', 2],
    ['main', 2],
    ['HEAD~1', 1],
    ['HEAD^', 1],
    ['v1', 0],
    ['light', 1],
    ['refs/tags/v1', 0],
    ['feature/x', 1],
    ['origin/feature/x', 1],
    ['feature/x~1', 0],
  ] as const)('%s', async (revision, index) => {
    expect(await gitIn(clone).resolveCommit(revision)).toBe(ids[index]);
  });

  test('an id, whole or shortened', async () => {
    expect(await gitIn(clone).resolveCommit(ids[1])).toBe(ids[1]);
    expect(await gitIn(clone).resolveCommit(ids[1].slice(0, 10))).toBe(ids[1]);
  });

  test('a name that a tag and a branch have means the tag, as it does to git', async () => {
    expect(await gitIn(directory).resolveCommit('both')).toBe(ids[1]);
  });

  test('a branch of here goes before the one of origin', async () => {
    await sandbox.git(clone, 'branch', 'feature/x', ids[2]);
    expect(await gitIn(clone).resolveCommit('feature/x')).toBe(ids[2]);
    await sandbox.git(clone, 'branch', '--delete', '--force', 'feature/x');
  });

  test.each(['nope', 'v9', 'refs/heads/nope', '0'.repeat(40), 'deadbeef', 'main^7', '@{u}x'])(
    '%s is unknown',
    async (revision) => {
      expect(await gitIn(clone).resolveCommit(revision)).toBeUndefined();
    },
  );

  test('what is no commit is unknown', async () => {
    const blob = await sandbox.git(directory, 'rev-parse', 'HEAD:app.txt');
    const tree = await sandbox.git(directory, 'rev-parse', 'HEAD^{tree}');
    expect(await gitIn(directory).resolveCommit(blob)).toBeUndefined();
    expect(await gitIn(directory).resolveCommit(tree)).toBeUndefined();
  });

  test.each([
    '',
    '-',
    '--all',
    '-rf',
    '--output=/tmp/x',
    '^main',
    'main..HEAD',
    'HEAD:app.txt',
    ':/change',
    'a b',
    'a\nb',
    'a\0b',
    'a\u2028b',
    'refs/heads/*',
    'main\\',
  ])('%j is refused by name', async (revision) => {
    await expect(gitIn(clone).resolveCommit(revision)).rejects.toMatchObject({
      verdict: 'refused',
      parameter: 'revision',
    });
  });

  test.each(['$(touch x)', '`touch x`', ';touch', '\'"', '%s', '{}', '🙂'])(
    '%j is just an unknown name',
    async (revision) => {
      await expect(gitIn(clone).resolveCommit(revision.replaceAll(' ', '_'))).resolves.toBeUndefined();
    },
  );

  test('an unborn HEAD is unknown, and does not mean the default branch of origin', async () => {
    const unborn = await sandbox.repository('unborn');
    await sandbox.git(unborn, 'remote', 'add', 'origin', directory);
    await sandbox.git(unborn, 'fetch', '--quiet');
    await sandbox.git(unborn, 'remote', 'set-head', 'origin', 'main');
    expect(await gitIn(unborn).resolveCommit('HEAD')).toBeUndefined();
    expect(await gitIn(unborn).resolveCommit('main')).toBe(ids[2]);
    expect(await gitIn(unborn).cloneKind()).toBe('full');
  });

  test('in a bare repository', async () => {
    const bare = sandbox.path('bare-clone.git');
    await sandbox.git(sandbox.folder, 'clone', '--quiet', '--bare', directory, bare);
    expect(await gitIn(bare).resolveCommit('main')).toBe(ids[2]);
  });

  test('a replacement does not stand in for the exact commit', async () => {
    await sandbox.git(directory, 'replace', ids[2], ids[0]);
    try {
      expect(await gitIn(directory).isAncestor(ids[1], ids[2])).toBe(true);
    } finally {
      await sandbox.git(directory, 'replace', '--delete', ids[2]);
    }
  });

  test('outside of a repository it is refused', async () => {
    await expect(gitIn(sandbox.home).resolveCommit('HEAD')).rejects.toThrow(Refusal);
  });
});

describe('hasCommit and isAncestor', () => {
  test('hasCommit knows commits only', async () => {
    const git = gitIn(directory);
    expect(await git.hasCommit(ids[0])).toBe(true);
    expect(await git.hasCommit('1'.repeat(40))).toBe(false);
    expect(await git.hasCommit(await sandbox.git(directory, 'rev-parse', 'v1'))).toBe(false);
    expect(await git.hasCommit(await sandbox.git(directory, 'rev-parse', 'HEAD:app.txt'))).toBe(false);
    for (const text of ['', 'HEAD', 'main', '--all', ids[0].slice(0, 10)])
      expect(await git.hasCommit(text)).toBe(false);
  });

  test('isAncestor', async () => {
    const git = gitIn(directory);
    expect(await git.isAncestor(ids[0], ids[2])).toBe(true);
    expect(await git.isAncestor(ids[2], ids[2])).toBe(true);
    expect(await git.isAncestor(ids[2], ids[0])).toBe(false);
  });

  test('isAncestor of a commit that is not here is a failure, not a no', async () => {
    const git = gitIn(directory);
    await expect(git.isAncestor('1'.repeat(40), ids[0])).rejects.toThrow(Failure);
    await expect(git.isAncestor('--all', ids[0])).rejects.toThrow(Failure);
  });
});

test('printing the object shows nothing of the job’s environment', () => {
  const git = gitIn(directory, {
    environment: { ...sandbox.environment, HEROKU_API_KEY: 'the-secret-key' },
    secretVariables: ['HEROKU_API_KEY'],
    secretValues: [new Secret('the-secret-key')],
  });
  expect(inspect(git, { depth: 10, showHidden: true })).not.toContain('the-secret-key');
});
