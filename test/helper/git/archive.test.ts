import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGit } from '../../../src/helper/git/create-git.ts';
import { GitSandbox } from '../../support/git-sandbox.ts';

let sandbox: GitSandbox;
let directory: string;

beforeAll(async () => {
  sandbox = await GitSandbox.create();
  directory = await sandbox.repository('repository');
});
afterAll(() => sandbox.remove());

let archives = 0;

/** What is in the archive of a commit, as Heroku unpacks it: one folder alone at the top is left out. */
async function unpacked(commit: string, folder?: string, from = directory): Promise<Files> {
  const number = (archives += 1);
  const file = sandbox.path(`source-${number}.tgz`);
  const into = sandbox.path(`source-${number}`);
  await mkdir(into);
  const git = createGit({ directory: from, environment: sandbox.environment });
  await git.archive(commit, file, folder === undefined ? {} : { directory: folder });
  execFileSync('tar', ['-xzf', file, '-C', into]);
  const [only, ...others] = readdirSync(into, { withFileTypes: true });
  const top = only?.isDirectory() === true && others.length === 0 ? join(into, only.name) : into;
  return filesOf(top);
}

/** What a checkout of the commit has, which is what Heroku makes of a push. */
function checkedOut(commit: string, from = directory): Files {
  const into = sandbox.path(`checkout-${(archives += 1)}`);
  execFileSync('git', ['clone', '--quiet', '--no-checkout', from, into], { env: sandbox.environment });
  execFileSync('git', ['checkout', '--quiet', commit], { cwd: into, env: sandbox.environment });
  const { '.git/': _, ...files } = filesOf(into);
  return Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('.git/')));
}

/** By path: the executable bit and the content, a link's target, or nothing for a folder. */
type Files = Readonly<Record<string, string>>;

function filesOf(folder: string): Files {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const file = join(folder, path);
      const stats = lstatSync(file);
      if (stats.isDirectory()) return [`${path}/`, ''];
      if (stats.isSymbolicLink()) return [path, `-> ${readlinkSync(file)}`];
      return [path, `${stats.mode & 0o100 ? 'x' : '-'} ${readFileSync(file, 'latin1')}`];
    }),
  );
}

/** Everything that a tarball could have in another way than a push. */
async function unusual(): Promise<string> {
  await mkdir(join(directory, 'bin'), { recursive: true });
  await writeFile(join(directory, 'bin', 'run'), '#!/bin/sh\n');
  await chmod(join(directory, 'bin', 'run'), 0o755);
  for (const link of ['bin/link', 'dangling']) await rm(join(directory, link), { force: true });
  await symlink('../bin/run', join(directory, 'bin', 'link'));
  await symlink('/nowhere/at/all', join(directory, 'dangling'));
  return sandbox.commit(directory, {
    '.gitattributes':
      'test export-ignore\n.gitattributes export-ignore\n*.rb export-ignore\nVERSION export-subst\n' +
      '*.bat text eol=crlf\n*.id ident\n*.big filter=lfs diff=lfs merge=lfs -text\n[attr]hidden export-ignore\nsecret hidden\n',
    'test/one.txt': 'not exported',
    'config.ru.rb': 'neither',
    secret: 'by a macro',
    VERSION: '$Format:%H$\n',
    'run.bat': 'one\ntwo\n',
    'keyword.id': '$Id$\n',
    'image.big': 'version https://git-lfs.github.com/spec/v1\n',
    'déjà vu ☃.txt': 'é',
    ' blanks and "quotes"\\': 'x',
    '-dash': 'x',
    'sub/.gitattributes': '* export-ignore\n',
    'sub/file.txt': 'x',
    'line\nbreak': 'x',
  });
}

test('the archive has the files that a push would build, whatever attributes and names they have', async () => {
  const commit = await unusual();
  // A machine on which LFS is installed, and whose owner leaves things out and asks for other permissions.
  await writeFile(
    join(sandbox.home, '.gitconfig'),
    '[filter "lfs"]\n\tsmudge = exit 1\n\trequired = true\n[core]\n\tattributesFile = ~/attributes\n[tar]\n\tumask = 0177\n',
  );
  await writeFile(join(sandbox.home, 'attributes'), '*.txt export-ignore\n');
  await writeFile(join(directory, '.git', 'info', 'attributes'), 'run.bat export-ignore\n');
  const files = await unpacked(commit);
  await rm(join(sandbox.home, '.gitconfig'));
  await rm(join(directory, '.git', 'info', 'attributes'));
  expect(files).toEqual(checkedOut(commit));
  expect(files['bin/run']).toMatch(/^x/);
  expect(files['-dash']).toMatch(/^-/);
  expect(files['dangling']).toBe('-> /nowhere/at/all');
  expect(files['VERSION']).toBe('- $Format:%H$\n');
  expect(files['run.bat']).toBe('- one\r\ntwo\r\n');
});

test('the clone is left as it is', async () => {
  const commit = await unusual();
  const before = filesOf(join(directory, '.git'));
  await unpacked(commit);
  await unpacked(commit, 'sub');
  expect(filesOf(join(directory, '.git'))).toEqual(before);
});

test('a folder that is alone at the top is not taken for the app', async () => {
  const alone = await sandbox.repository('alone');
  const commit = await sandbox.commit(alone, { 'app/Procfile': 'web: x\n', 'app/nested/only.txt': 'x' });
  expect(await unpacked(commit, undefined, alone)).toEqual(checkedOut(commit, alone));
  expect(Object.keys(await unpacked(commit, 'app', alone))).toEqual([
    'Procfile',
    'nested/',
    'nested/only.txt',
  ]);
  expect(Object.keys(await unpacked(commit, 'app/nested', alone))).toEqual(['only.txt']);
  const deep = await sandbox.commit(alone, { 'apps/one/two/three.txt': 'x' });
  expect(Object.keys(await unpacked(deep, 'apps', alone))).toEqual(['one/', 'one/two/', 'one/two/three.txt']);
});

describe('a folder that is not there', () => {
  let commit: string;
  beforeAll(async () => {
    const monorepo = await sandbox.repository('monorepo');
    commit = await sandbox.commit(monorepo, {
      'apps/Api/x': '1',
      'apps/web/x': '1',
      'packages/api/x': '1',
      README: '1',
    });
  });

  test.each([
    ['api', 'There is apps/Api, packages/api.'],
    ['apps/wob', 'There is apps/Api, apps/web.'],
    ['nowhere/at/all', 'There is apps, packages.'],
    ['README', 'It is a file.'],
    ['README/x', 'There is apps, packages.'],
  ])('%s', async (folder, why) => {
    const git = createGit({ directory: sandbox.path('monorepo'), environment: sandbox.environment });
    const refused = { verdict: 'refused', parameter: 'app-directory', why: expect.stringContaining(why) };
    await expect(git.checkFiles(commit, { directory: folder })).rejects.toMatchObject(refused);
    await expect(git.archive(commit, sandbox.path('x.tgz'), { directory: folder })).rejects.toMatchObject(
      refused,
    );
  });
});

describe('submodules', () => {
  let main: string;
  let commit: string;

  beforeAll(async () => {
    const inner = await sandbox.repository('inner');
    await sandbox.commit(inner, { 'inner.txt': 'inner' });
    const outer = await sandbox.repository('outer');
    await sandbox.commit(outer, { 'outer.txt': 'outer', '.gitattributes': 'outer.txt export-ignore\n' });
    const add = (to: string, what: string, where: string) =>
      sandbox.git(to, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', what, where);
    await add(outer, inner, 'deep/inner');
    await sandbox.commit(outer, {});
    main = await sandbox.repository('main');
    await sandbox.commit(main, { 'main.txt': 'main', 'apps/one/Procfile': 'web: x\n' });
    await add(main, outer, 'apps/one/vendor é');
    await add(main, inner, 'lib/inner');
    commit = await sandbox.commit(main, {});
  });

  async function clone(name: string, ...options: string[]): Promise<string> {
    const folder = sandbox.path(name);
    const allow = ['-c', 'protocol.file.allow=always'];
    await sandbox.git(sandbox.folder, ...allow, 'clone', '--quiet', ...options, `file://${main}`, folder);
    return folder;
  }
  const gitIn = (folder: string) => createGit({ directory: folder, environment: sandbox.environment });

  test('that are checked out are in the archive, at their recorded commits, and theirs', async () => {
    const folder = await clone('complete', '--recurse-submodules');
    // What is recorded counts, not what somebody has checked out since.
    await sandbox.commit(join(folder, 'lib/inner'), { 'later.txt': 'later' });
    const before = filesOf(join(folder, '.git'));
    expect((await gitIn(folder).checkFiles(commit, {})).submodules).toEqual([
      'apps/one/vendor é',
      'apps/one/vendor é/deep/inner',
      'lib/inner',
    ]);
    const files = await unpacked(commit, undefined, folder);
    expect(filesOf(join(folder, '.git'))).toEqual(before);
    expect(Object.entries(files).filter(([path]) => !path.endsWith('/'))).toEqual([
      ['.gitmodules', expect.stringContaining('lib/inner')],
      ['apps/one/Procfile', '- web: x\n'],
      ['apps/one/vendor é/.gitattributes', expect.anything()],
      ['apps/one/vendor é/.gitmodules', expect.anything()],
      ['apps/one/vendor é/deep/inner/inner.txt', '- inner'],
      ['apps/one/vendor é/outer.txt', '- outer'],
      ['lib/inner/inner.txt', '- inner'],
      ['main.txt', '- main'],
    ]);
    expect(Object.keys(await unpacked(commit, 'apps/one', folder))).toEqual([
      'Procfile',
      'vendor é/',
      'vendor é/.gitattributes',
      'vendor é/.gitmodules',
      'vendor é/deep/',
      'vendor é/deep/inner/',
      'vendor é/deep/inner/inner.txt',
      'vendor é/outer.txt',
    ]);
  });

  test('that are not are named, with the command; those outside of the folder do not matter', async () => {
    const folder = await clone('without');
    const file = sandbox.path('none.tgz');
    const refused = {
      verdict: 'refused',
      what: expect.stringMatching(/apps\/one\/vendor é \(\w{8}\), lib\/inner \(\w{8}\)/),
      next: expect.stringContaining('git submodule update --init --recursive'),
    };
    await expect(gitIn(folder).checkFiles(commit, {})).rejects.toMatchObject(refused);
    await expect(gitIn(folder).archive(commit, file)).rejects.toMatchObject(refused);
    expect(existsSync(file)).toBe(false);
    await expect(gitIn(folder).checkFiles(commit, { directory: 'apps/one' })).rejects.toThrow(
      /vendor é \(\w{8}\)\./,
    );
    await sandbox.git(folder, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init');
    await expect(gitIn(folder).checkFiles(commit, {})).rejects.toThrow(/: apps\/one\/vendor é\/deep\/inner/);
  });

  test('are no app-directory', async () => {
    for (const folder of ['lib/inner', 'lib/inner/inner.txt', 'apps/one/vendor é/deep']) {
      await expect(gitIn(main).checkFiles(commit, { directory: folder })).rejects.toMatchObject({
        parameter: 'app-directory',
        why: expect.stringContaining('is a submodule'),
      });
    }
  });

  test('that no .gitmodules explains are empty folders, as in a checkout', async () => {
    await sandbox.git(main, 'rm', '--quiet', '--cached', '.gitmodules');
    const tree = await sandbox.git(main, 'write-tree');
    const odd = await sandbox.git(main, 'commit-tree', '-m', 'x', '-p', commit, tree);
    const { unexplained, submodules } = await gitIn(main).checkFiles(odd, {});
    expect({ unexplained, submodules }).toEqual({
      unexplained: ['apps/one/vendor é', 'lib/inner'],
      submodules: [],
    });
    expect(await unpacked(odd, undefined, main)).toEqual(checkedOut(odd, main));
    await sandbox.git(main, 'reset', '--quiet', '--hard', commit);
  });
});

describe('a blobless clone', () => {
  let source: string;
  let first: string;
  beforeAll(async () => {
    source = await sandbox.repository('blobs');
    first = await sandbox.commit(source, { 'apps/a/a.txt': 'first', 'apps/b/b.txt': 'one' });
    await sandbox.commit(source, { 'apps/a/a.txt': 'second', 'apps/b/b.txt': 'second' });
  });
  const lost = async (name: string): Promise<string> => {
    const folder = sandbox.path(name);
    await sandbox.git(sandbox.folder, 'clone', '--quiet', '--filter=blob:none', `file://${source}`, folder);
    return folder;
  };

  test('whose origin is gone gives what is checked out, and names what it lacks', async () => {
    const folder = await lost('lost');
    await sandbox.git(folder, 'remote', 'remove', 'origin');
    await sandbox.git(folder, 'config', 'extensions.partialClone', 'origin');
    const head = await sandbox.git(folder, 'rev-parse', 'HEAD');
    expect(await unpacked(head, undefined, folder)).toEqual(checkedOut(head, source));
    const git = createGit({ directory: folder, environment: sandbox.environment });
    expect((await git.checkFiles(head, {})).missing).toBe(0);
    expect((await git.checkFiles(first, {})).missing).toBeGreaterThan(0);
    await expect(git.checkFiles(first, { fetch: { timeoutMs: 20_000 } })).rejects.toMatchObject({
      verdict: 'refused',
      what: expect.stringContaining('apps/b/b.txt'),
    });
  });

  test('fetches the files of the folder alone', async () => {
    const folder = await lost('folder');
    const git = createGit({ directory: folder, environment: sandbox.environment });
    expect(await git.checkFiles(first, { directory: 'apps/a' })).toMatchObject({ missing: 1 });
    expect(await git.checkFiles(first, { directory: 'apps/a', fetch: { timeoutMs: 20_000 } })).toMatchObject({
      missing: 1,
    });
    expect(await git.checkFiles(first, { directory: 'apps/a' })).toMatchObject({ missing: 0 });
    expect(await git.checkFiles(first, {})).toMatchObject({ missing: 1 });
    expect(await unpacked(first, 'apps/a', folder)).toEqual({ 'a.txt': '- first' });
  });
});

test('a repository whose ids are SHA-256 is archived, too', async () => {
  const folder = sandbox.path('sha256');
  await sandbox.git(sandbox.folder, 'init', '--quiet', '--object-format=sha256', folder);
  const commit = await sandbox.commit(folder, { 'a.txt': 'a' });
  expect(commit).toHaveLength(64);
  expect(await unpacked(commit, undefined, folder)).toEqual({ 'a.txt': '- a' });
});

test('a linked work tree and a clone that borrows objects are archived, too', async () => {
  const commit = await unusual();
  const tree = sandbox.path('work tree');
  await sandbox.git(directory, 'worktree', 'add', '--quiet', '--detach', tree, commit);
  const borrowing = sandbox.path('borrowing');
  await sandbox.git(sandbox.folder, 'clone', '--quiet', '--shared', directory, borrowing);
  const files = checkedOut(commit);
  expect(await unpacked(commit, undefined, tree)).toEqual(files);
  expect(await unpacked(commit, undefined, borrowing)).toEqual(files);
});

test('a file of 50 MB arrives whole', async () => {
  const big = Buffer.alloc(50_000_000, 'heroku-cd ');
  await writeFile(join(directory, 'big.bin'), big);
  const commit = await sandbox.commit(directory, {});
  const file = sandbox.path('big.tgz');
  await createGit({ directory, environment: sandbox.environment }).archive(commit, file);
  const into = sandbox.path('big');
  await mkdir(into);
  execFileSync('tar', ['-xzf', file, '-C', into]);
  expect((await readFile(join(into, 'big.bin'))).equals(big)).toBe(true);
});
