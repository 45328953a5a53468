import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { list } from 'tar';
import { Failure, Refusal } from '../../../src/helper/errors.ts';
import { createGit, type GitOptions } from '../../../src/helper/git/create-git.ts';
import { GitSandbox } from '../../support/git-sandbox.ts';

let sandbox: GitSandbox;
let directory: string;
let plain: string;

beforeAll(async () => {
  sandbox = await GitSandbox.create();
  directory = await sandbox.repository('repository');
  await symlink('Procfile', `${directory}/link`);
  plain = await sandbox.commit(directory, {
    Procfile: 'web: node .\n',
    'apps/api/Procfile': 'web: api\n',
    'apps/api/déjà vu.txt': 'é\n',
    '.github/x.yml': 'x\n',
    'apps/web/index.html': '<html>\r\n',
  });
});

afterAll(() => sandbox.remove());

function gitIn(more: Partial<GitOptions> = {}) {
  return createGit({ directory, environment: sandbox.environment, ...more });
}

async function entries(file: string): Promise<string[]> {
  const paths: string[] = [];
  await list({ file, onReadEntry: (entry) => paths.push(entry.path) });
  return paths.filter((path) => !path.endsWith('/')).sort();
}

describe('readFile', () => {
  test.each([
    ['Procfile', 'web: node .\n'],
    ['./Procfile', 'web: node .\n'],
    ['apps/api/Procfile', 'web: api\n'],
    ['apps//api/./déjà vu.txt', 'é\n'],
    ['.github/x.yml', 'x\n'],
    ['nope', undefined],
    ['apps', undefined],
    ['apps/', undefined],
    ['.', undefined],
    ['link', undefined],
    ['Procfil?', undefined],
    [':(icase)procfile', undefined],
  ])('%s', async (path, content) => {
    expect(await gitIn().readFile(plain, path)).toBe(content);
  });

  test.each(['/etc/passwd', '../x', 'a/../../x', 'a\0b'])('%j is refused', async (path) => {
    await expect(gitIn().readFile(plain, path)).rejects.toThrow(Refusal);
  });

  test('from a folder below the top, the same', async () => {
    expect(await gitIn({ directory: `${directory}/apps` }).readFile(plain, 'Procfile')).toBe('web: node .\n');
  });

  test('of an unknown commit is a failure', async () => {
    await expect(gitIn().readFile('1'.repeat(40), 'Procfile')).rejects.toThrow(Failure);
    await expect(gitIn().readFile('HEAD', 'Procfile')).rejects.toThrow(Failure);
  });
});

describe('usesLfs', () => {
  test.each([
    [{ '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' }, true],
    [{ 'assets/.gitattributes': '# images\n"a b.png" filter=lfs\n' }, true],
    [{ '.gitattributes': '* text=auto\n# *.bin filter=lfs\n*.x filter=lfsx\n' }, false],
    [{ '.gitattributes': '' }, false],
    [{ 'gitattributes.md': '*.bin filter=lfs\n' }, false],
  ] as const)('%j: %s', async (files, uses) => {
    await sandbox.git(directory, 'checkout', '--quiet', '--detach', plain);
    expect(await gitIn().usesLfs(await sandbox.commit(directory, files))).toBe(uses);
  });

  test('without attributes', async () => {
    expect(await gitIn().usesLfs(plain)).toBe(false);
  });
});

describe('hasSubmodules', () => {
  test('a link with a .gitmodules is one', async () => {
    await sandbox.git(directory, 'checkout', '--quiet', '--detach', plain);
    await sandbox.git(
      directory,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      directory,
      'sub',
    );
    const commit = await sandbox.commit(directory, {});
    expect(await gitIn().hasSubmodules(commit)).toBe(true);
    expect(await gitIn().hasSubmodules(plain)).toBe(false);
    await sandbox.git(directory, 'rm', '--quiet', '--cached', 'sub');
    const left = await sandbox.git(
      directory,
      'commit-tree',
      '-m',
      'x',
      await sandbox.git(directory, 'write-tree'),
    );
    expect(await gitIn().hasSubmodules(left)).toBe(false);
    await sandbox.git(directory, 'checkout', '--quiet', '--force', '--detach', plain);
  });
});

describe('archive', () => {
  test('holds the files of exactly that commit', async () => {
    const later = await sandbox.commit(directory, { 'later.txt': 'later' });
    const file = sandbox.path('plain.tar.gz');
    await gitIn().archive(plain, file);
    const expected = (
      await sandbox.git(directory, '-c', 'core.quotePath=false', 'ls-tree', '-r', '--name-only', plain)
    )
      .split('\n')
      .sort();
    expect(await entries(file)).toEqual(expected);
    await gitIn().archive(later, file);
    expect(await entries(file)).toContain('later.txt');
  });

  test('holds one folder as the root', async () => {
    const file = sandbox.path('folder.tar.gz');
    await gitIn().archive(plain, file, { directory: './apps/api/' });
    expect(await entries(file)).toEqual(['Procfile', 'déjà vu.txt']);
  });

  test('leaves line ends as they were committed', async () => {
    const environment = {
      ...sandbox.environment,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.autocrlf',
      GIT_CONFIG_VALUE_0: 'true',
    };
    const file = sandbox.path('ends.tar.gz');
    await gitIn({ environment }).archive(plain, file, { directory: 'apps/api' });
    expect(gunzipSync(await readFile(file)).toString('latin1')).not.toContain('\r\n');
  });

  test.each(['nope', 'Procfile', 'apps/api/nope'])(
    'a folder %j is refused by the parameter’s name',
    async (folder) => {
      const file = sandbox.path('none.tar.gz');
      await expect(gitIn().archive(plain, file, { directory: folder })).rejects.toMatchObject({
        verdict: 'refused',
        parameter: 'app-directory',
      });
      expect(existsSync(file)).toBe(false);
    },
  );

  test('a place that cannot be written to is a failure with git’s words', async () => {
    await expect(gitIn().archive(plain, sandbox.path('no', 'such', 'folder.tar.gz'))).rejects.toThrow(
      /git says/,
    );
  });

  test('a git that writes nothing and ends with 0 is a failure', async () => {
    const gitBinary = await sandbox.script(
      'silent-archive/git',
      'case "$1" in archive) exit 0;; esac\nexec git "$@"',
    );
    await expect(gitIn({ gitBinary }).archive(plain, sandbox.path('silent.tar.gz'))).rejects.toThrow(Failure);
  });
});
