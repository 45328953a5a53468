import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { create, Header } from 'tar';
import type { SlugStore } from '../../../src/simulator/parts.ts';
import { createSlugStore, SlugError } from '../../../src/simulator/slugs/index.ts';

let folder: string;
let source: string;
let store: SlugStore;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slugs-'));
  source = path.join(folder, 'source');
  await mkdir(path.join(source, 'bin'), { recursive: true });
  await writeFile(path.join(source, 'Procfile'), 'web: bin/web\n');
  await writeFile(path.join(source, 'bin/web'), '#!/bin/sh\necho hello\n');
  await chmod(path.join(source, 'bin/web'), 0o755);
  await symlink('bin/web', path.join(source, 'link'));
  store = createSlugStore(path.join(folder, 'slugs'));
});
afterEach(() => rm(folder, { recursive: true }));

const slugs = () => readdir(path.join(folder, 'slugs')).catch(() => []);

async function expectTheApp(directory: string): Promise<void> {
  expect(directory).toBe(path.join(folder, 'slugs', 's1'));
  expect((await readdir(directory)).sort()).toEqual(['Procfile', 'bin', 'link']);
  expect(execFileSync(path.join(directory, 'link'), { encoding: 'utf8' })).toBe('hello\n');
  expect(await slugs()).toEqual(['s1']);
}

describe('from a commit', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', ...args], {
      cwd: source,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    }).trim();
  let repository: string;
  const commit = () => {
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', 'x');
    git('push', '-q', '-f', repository, 'HEAD:refs/heads/main');
    return git('rev-parse', 'HEAD');
  };
  beforeEach(() => {
    repository = path.join(folder, 'app.git');
    execFileSync('git', ['init', '-q', '--bare', repository]);
    git('init', '-q');
  });

  test('files, modes and links; nothing of git', async () => {
    const slug = await store.fromCommit({ slugId: 's1', repository, commit: commit() });
    expect(slug.processTypes).toEqual({ web: 'bin/web' });
    await expectTheApp(slug.directory);
    expect((await stat(path.join(slug.directory, 'bin/web'))).mode & 0o100).toBe(0o100);
    expect(await readdir(repository)).not.toContain('index');
  });

  test('the commit that was asked for, not the branch; what export-ignore names as well', async () => {
    await writeFile(path.join(source, '.gitattributes'), 'bin export-ignore\n');
    const first = commit();
    await writeFile(path.join(source, 'Procfile'), 'web: other\n');
    commit();
    const slug = await store.fromCommit({ slugId: 's1', repository, commit: first });
    expect(slug.processTypes).toEqual({ web: 'bin/web' });
    expect(await readdir(slug.directory)).toContain('bin');
  });

  test('two at once from one repository', async () => {
    const first = commit();
    await writeFile(path.join(source, 'Procfile'), 'web: other\n');
    const second = commit();
    const [one, two] = await Promise.all([
      store.fromCommit({ slugId: 's1', repository, commit: first }),
      store.fromCommit({ slugId: 's2', repository, commit: second }),
    ]);
    expect([one.processTypes.web, two.processTypes.web]).toEqual(['bin/web', 'other']);
  });

  test('no Procfile: an error that says what to do, and no slug', async () => {
    await rm(path.join(source, 'Procfile'));
    const made = store.fromCommit({ slugId: 's1', repository, commit: commit() });
    await expect(made).rejects.toThrow(SlugError);
    await expect(made).rejects.toThrow(/No file named Procfile .* "web: node server.js"/);
    expect(await slugs()).toEqual([]);
  });

  test('a folder named Procfile is none; an empty Procfile is one without types', async () => {
    await rm(path.join(source, 'Procfile'));
    await mkdir(path.join(source, 'Procfile'));
    await writeFile(path.join(source, 'Procfile/x'), '');
    await expect(store.fromCommit({ slugId: 's1', repository, commit: commit() })).rejects.toThrow(SlugError);
    await rm(path.join(source, 'Procfile'), { recursive: true });
    await writeFile(path.join(source, 'Procfile'), '');
    const slug = await store.fromCommit({ slugId: 's1', repository, commit: commit() });
    expect(slug.processTypes).toEqual({});
  });

  test('a tree without any file', async () => {
    const emptyTree = git('hash-object', '-t', 'tree', '-w', '/dev/null');
    const empty = git('commit-tree', emptyTree, '-m', 'empty');
    git('push', '-q', repository, `${empty}:refs/heads/empty`);
    await expect(store.fromCommit({ slugId: 's1', repository, commit: empty })).rejects.toThrow('Procfile');
  });

  test('a commit that is not there', async () => {
    const made = store.fromCommit({ slugId: 's1', repository, commit: '1'.repeat(40) });
    await expect(made).rejects.toThrow(`Commit ${'1'.repeat(40)} could not be checked out`);
    expect(await slugs()).toEqual([]);
  });

  test('an id is used once, and cannot lead out of the store', async () => {
    const source = { repository, commit: commit() };
    await store.fromCommit({ slugId: 's1', ...source });
    await expect(store.fromCommit({ slugId: 's1', ...source })).rejects.toThrow(
      'There is a slug s1 already.',
    );
    for (const slugId of ['../x', '', '.', '.hidden', 'a/b']) {
      await expect(store.fromCommit({ slugId, ...source })).rejects.toThrow('cannot name a slug');
    }
    expect(await slugs()).toEqual(['s1']);
  });
});

describe('from a tarball', () => {
  const pack = (cwd: string, ...entries: string[]) => buffer(create({ cwd, gzip: true }, entries));

  test('the app at the top', async () => {
    const slug = await store.fromTarball({
      slugId: 's1',
      tarball: await pack(source, 'Procfile', 'bin', 'link'),
    });
    expect(slug.processTypes).toEqual({ web: 'bin/web' });
    await expectTheApp(slug.directory);
  });

  test('the app at the top, named "."', async () => {
    await expectTheApp(
      (await store.fromTarball({ slugId: 's1', tarball: await pack(source, '.') })).directory,
    );
  });

  test('the app in one folder, as GitHub’s archives and git archive --prefix make it', async () => {
    await expectTheApp(
      (await store.fromTarball({ slugId: 's1', tarball: await pack(folder, 'source') })).directory,
    );
  });

  test('by git archive, with its global header', async () => {
    const env = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', ...args], { cwd: source, env });
    git('init', '-q');
    git('add', '-A');
    git('commit', '-q', '-m', 'x');
    const tarball = git('archive', '--format=tar.gz', '--prefix=app-1/', 'HEAD');
    await expectTheApp((await store.fromTarball({ slugId: 's1', tarball })).directory);
  });

  test('two folders at the top are not stripped', async () => {
    await mkdir(path.join(folder, 'another'));
    const tarball = await pack(folder, 'source', 'another');
    await expect(store.fromTarball({ slugId: 's1', tarball })).rejects.toThrow('No file named Procfile');
  });

  test.each([
    ['a path with ..', { path: '../evil' }],
    ['a path with .. inside', { path: 'a/../../evil' }],
    ['an absolute path', { path: '/tmp/heroku-cd-evil' }],
    ['a hard link to the outside', { path: 'evil', type: 'Link', linkpath: '../../../etc/hostname' }],
    ['a link to the outside', { path: 'evil', type: 'SymbolicLink', linkpath: '../../outside' }],
  ] as const)('%s is refused, and nothing is left', async (_name, entry) => {
    const tarball = gzipSync(
      Buffer.concat([file('Procfile', 'web: x\n'), header(entry), Buffer.alloc(1024)]),
    );
    await expect(store.fromTarball({ slugId: 's1', tarball })).rejects.toThrow(SlugError);
    expect(await slugs()).toEqual([]);
    expect(await readdir(folder)).not.toContain('evil');
  });

  test('a file through a link is refused', async () => {
    const link = header({ path: 'out', type: 'SymbolicLink', linkpath: '.' });
    const tarball = gzipSync(
      Buffer.concat([file('Procfile', 'web: x\n'), link, file('out/x', 'y'), Buffer.alloc(1024)]),
    );
    const made = store.fromTarball({ slugId: 's1', tarball });
    // Either is safe: refused, or a plain folder where the link would have been.
    await made.then(
      async ({ directory }) => expect(await readFile(path.join(directory, 'out/x'), 'utf8')).toBe('y'),
      (error: unknown) => expect(error).toBeInstanceOf(SlugError),
    );
  });

  test.each([
    ['empty', () => Buffer.alloc(0)],
    ['no archive', () => Buffer.from('<html>expired</html>'.repeat(100))],
    ['compressed, but no archive', () => gzipSync('x'.repeat(5000))],
    ['an empty archive', () => gzipSync(Buffer.alloc(1024))],
  ])('%s: an error, and nothing is left', async (_name, tarball) => {
    await expect(store.fromTarball({ slugId: 's1', tarball: tarball() })).rejects.toThrow(SlugError);
    expect(await slugs()).toEqual([]);
  });

  test('cut off in the middle', async () => {
    await writeFile(
      path.join(source, 'big'),
      Buffer.from(Array.from({ length: 50_000 }, () => Math.random() * 256)),
    );
    const tarball = await pack(source, '.');
    const made = store.fromTarball({ slugId: 's1', tarball: tarball.subarray(0, 20_000) });
    await expect(made).rejects.toThrow('could not be unpacked');
    expect(await slugs()).toEqual([]);
  });
});

function header(entry: {
  path: string;
  type?: 'Link' | 'SymbolicLink' | 'File';
  linkpath?: string;
  size?: number;
}) {
  const block = Buffer.alloc(512);
  new Header({ mode: 0o644, size: 0, type: 'File', mtime: new Date(0), ...entry }).encode(block);
  return block;
}

function file(name: string, content: string): Buffer {
  const body = Buffer.alloc(512);
  body.write(content);
  return Buffer.concat([header({ path: name, size: content.length }), body]);
}
