import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { APP_FILES } from './support/repository.ts';
import { APP } from './support/world.ts';
import {
  BUILDER,
  buildsOf,
  cloneFolder,
  deploy,
  helper,
  running,
  shallowClone,
  useTarballStage,
  world,
} from './support/tarball-stage.ts';

useTarballStage();

describe('what Heroku gets', () => {
  /** By path: the executable bit and the content, or a link's target. */
  function slugFiles(): Record<string, string> {
    const folder = world.app().slugs.at(-1)?.directory ?? '';
    const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(
      entries.map((path) => {
        const stats = lstatSync(join(folder, path));
        if (stats.isSymbolicLink()) return [path, `-> ${readlinkSync(join(folder, path))}`];
        const bit = stats.mode & 0o100 ? 'x' : '-';
        return [path, stats.isDirectory() ? '' : `${bit} ${readFileSync(join(folder, path), 'latin1')}`];
      }),
    );
  }

  test('are the same files as those of a push', async () => {
    await symlink('web.js', join(world.repository.directory, 'link'));
    await world.repository.commit({
      '.gitattributes': 'tests export-ignore\nVERSION export-subst\n*.bat text eol=crlf\n',
      'tests/one.txt': 'left out by export-ignore',
      VERSION: '$Format:%H$\n',
      'run.bat': 'one\n',
      'bin/run': '#!/bin/sh\n',
      'déjà vu.txt': 'é',
    });
    const { code, stdout } = await deploy();
    expect({ code, stdout }).toMatchObject({ code: 0 });
    const built = slugFiles();
    await world.pushByHand({});
    expect(built).toEqual(slugFiles());
    expect(Object.keys(built)).toEqual(expect.arrayContaining(['tests/one.txt', 'link', 'déjà vu.txt']));
  });

  test('is nothing where submodules are not checked out', async () => {
    const git = (...args: string[]) => world.repository.git(...args);
    const library = join(world.folder, 'library');
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${world.repository.directory}`, library]);
    await git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'vendor/library');
    const commit = await world.repository.commit({});
    const clone = shallowClone();
    const head = ['--revision', commit];
    await helper.expectRefusal(
      { args: ['deploy', '--transport', 'build', ...head], cwd: clone },
      { exitCode: 2, says: ['vendor/library', 'git submodule update --init --recursive'] },
    );
    execFileSync(
      'git',
      ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init', '--recursive'],
      { cwd: clone },
    );
    expect(await deploy(head, clone)).toMatchObject({ code: 0 });
    expect(slugFiles()).toMatchObject({ 'vendor/library/web.js': expect.any(String) });
    await git('rm', '--quiet', '--force', 'vendor/library', '.gitmodules');
    await world.repository.commit({});
  });
});

describe('a commit that does not descend from the deployed one', () => {
  let older: string;
  beforeAll(async () => {
    older = await world.repository.commit({ 'greeting.txt': 'older' });
    await world.repository.git('branch', 'older');
    await world.repository.commit({ 'greeting.txt': 'newer' });
    expect(await deploy()).toMatchObject({ code: 0 });
  });

  function cloneOfOlder(): string {
    const folder = cloneFolder('older');
    const origin = `file://${world.repository.directory}`;
    execFileSync('git', ['clone', '--quiet', '--depth=1', '--branch=older', origin, folder]);
    return folder;
  }

  test('is refused in a shallow clone, too, unless it is forced', async () => {
    const clone = cloneOfOlder();
    await helper.expectRefusal(
      { args: ['deploy', '--transport', 'build'], cwd: clone },
      { exitCode: 2, says: ['does not descend', 'It is older than', '`force: true`'] },
    );
    const newer = await running();
    expect(await deploy(['--force'], clone)).toMatchObject({ code: 0 });
    expect(await running()).toBe(older);
    expect(await deploy(['--revision', newer ?? ''])).toMatchObject({ code: 0 });
  });

  test('is deployed with a warning where nothing tells how the two stand', async () => {
    const clone = cloneOfOlder();
    execFileSync('git', ['remote', 'remove', 'origin'], { cwd: clone });
    const { code, stdout } = await deploy([], clone);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/WARN.*descends from .* is not known: this clone is shallow/);
    expect(await running()).toBe(older);
  });
});

describe('app-directory', () => {
  const folder = (name: string): readonly string[] => ['--app-directory', name];
  beforeAll(async () => {
    await world.repository.commit({
      'apps/one/Procfile': 'web: node web.js\n',
      'apps/one/web.js': APP_FILES['web.js'] ?? '',
      'apps/one/greeting.txt': 'one',
      'apps/one/db/1.sql': '1',
      'apps/two/Procfile': 'web: node web.js\nrelease: exit 0\n',
      'apps/two/web.js': APP_FILES['web.js'] ?? '',
      'apps/two/greeting.txt': 'two',
      'db/1.sql': '1',
    });
  });

  test.each([
    ['apps/oone', ['app-directory', 'There is apps/one, apps/two.']],
    ['one', ['There is apps/one.']],
    ['Procfile', ['It is a file.']],
    ['../elsewhere', ['app-directory', 'without `..`']],
    ['/apps/one', ['app-directory']],
  ])('%s is refused', async (name, says) => {
    await helper.expectRefusal({ args: ['deploy', ...folder(name)] }, { exitCode: 2, says });
  });

  test('of the same commit, another folder is built anew, and the same one is not', async () => {
    const commit = await world.repository.commit({});
    expect(await helper.run(['deploy', ...folder('apps/one')])).toMatchObject({ code: 0 });
    expect(await world.visit()).toBe('200 one');
    const again = await helper.run(['deploy', ...folder('apps/one/')]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('is deployed already') });
    expect(await helper.run(['deploy', ...folder('apps/two')])).toMatchObject({ code: 0 });
    expect(await world.visit()).toBe('200 two');
    // Its slug is there already.
    expect(await helper.run(['deploy', ...folder('apps/one')])).toMatchObject({ code: 0 });
    expect(await world.visit()).toBe('200 one');
    expect(await buildsOf(commit)).toEqual(['succeeded', 'succeeded']);
  });

  test('is where migration-paths and the Procfile are', async () => {
    const migrating = ['--migrate-command', 'exit 0', '--migration-paths', 'db/*.sql', '--backup', 'never'];
    await world.repository.commit({});
    expect(await helper.run(['deploy', ...folder('apps/one')])).toMatchObject({ code: 0 });
    await world.repository.commit({ 'db/2.sql': '2' });
    const elsewhere = await helper.run(['deploy', ...folder('apps/one'), ...migrating]);
    expect(elsewhere).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to migrate') });
    await world.repository.commit({ 'apps/one/db/2.sql': '2' });
    const pending = await helper.run(['deploy', ...folder('apps/one'), ...migrating]);
    expect(pending.code).toBe(0);
    expect(pending.stdout).toContain('apps/one/db/2.sql differs');
    expect(pending.stdout).toContain('== open window');
    const plan = await helper.run(['plan', ...folder('apps/two'), '--migrate-command', 'exit 0']);
    expect(plan.stdout).toContain('The Procfile has a `release` process');
  });

  test('and build-app go together', async () => {
    const commit = await world.repository.commit({ 'apps/one/greeting.txt': 'built elsewhere' });
    const args = ['deploy', ...folder('apps/one'), '--build-app', BUILDER];
    const { code, stdout } = await helper.run(args);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(await world.visit()).toBe('200 built elsewhere');
    expect([await buildsOf(commit), await buildsOf(commit, BUILDER)]).toEqual([[], ['succeeded']]);
    const again = await helper.run(args);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('is deployed already') });
  });
});

describe('plan and doctor', () => {
  test('speak of the tarball, and change nothing', async () => {
    const commit = (await world.repository.commit({ 'greeting.txt': 'planned' })).slice(0, 8);
    const planned = await helper.run(['plan', '--transport', 'build', '--json']);
    const { acts } = JSON.parse(planned.stdout) as { acts: { call: string; undo: string }[] };
    expect(acts.map(({ call }) => call)).toEqual([
      'POST /sources',
      'PUT (source upload)',
      `POST /apps/${APP}/builds {"source_blob":{"version":"${commit}"}}`,
    ]);
    expect(acts.at(-1)?.undo).toContain('cancel the pending build');
    const clone = shallowClone();
    const { code, stdout } = await helper.run(['doctor', '--transport', 'build'], { cwd: clone });
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^ok +Clone +shallow: enough for a tarball$/m);
    expect(stdout).toMatch(/^ok +Transport +a tarball$/m);
    const missing = await helper.run(['doctor', '--app-directory', 'nowhere']);
    expect(missing).toMatchObject({ code: 2, stdout: expect.stringContaining('no folder "nowhere"') });
    const changed = (await world.heroku.control.requests()).filter(({ method }) => method !== 'GET');
    expect(changed).toEqual([]);
  });
});
