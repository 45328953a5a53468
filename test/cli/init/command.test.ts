import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { bundleExecutable } from '../../../scripts/lib/bundle.ts';
import { expandConfig, plainConfig } from '../../../src/rehearsal/index.ts';
import { FIXTURES } from './support/fixtures.ts';
import { ORB } from './support/orb.ts';
import { init, project, removeFolders, temporaryFolder } from './support/project.ts';

afterEach(removeFolders);

const { files } = FIXTURES.rails;
const CONFIG = '.circleci/config.yml';
const configOf = (folder: string): Promise<string> => readFile(join(folder, CONFIG), 'utf8');
const none = (folder: string): Promise<void> => expect(configOf(folder)).rejects.toThrow('ENOENT');

test('writes the file, and says what it found and what is left to do', async () => {
  const { directory } = await project(files);
  const { code, out, err } = await init(directory, { app: 'acme-shop', yes: true });
  expect([code, err]).toEqual([0, '']);
  expect(await configOf(directory)).toContain('migrate-command: bin/rails db:migrate\n');
  expect(out).toContain('App: the whole repository, Ruby (Rails).\n');
  expect(out).toContain('Deployment: main goes to acme-shop.\n');
  expect(out).toContain('put that key into the CircleCI context heroku-production as HEROKU_API_KEY');
});

test('writes to the top of the repository, wherever it is started', async () => {
  const { directory } = await project(files);
  expect((await init(join(directory, 'db'), { app: 'acme-shop', yes: true })).code).toBe(0);
  expect(await configOf(directory)).toContain('app-name: acme-shop\n');
});

test('takes the apps that remotes name, and the remote’s default branch', async () => {
  const repository = await project(files);
  const { directory } = repository;
  await repository.git('remote', 'add', 'heroku', 'https://git.heroku.com/acme-shop.git');
  await repository.git('remote', 'add', 'staging', 'git@heroku.com:acme-staging.git');
  await repository.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
  const { code, out } = await init(directory, { yes: true });
  expect(code).toBe(0);
  expect(out).toContain(
    'Deployment: trunk goes to acme-staging; trunk goes to acme-shop, once a person has approved.\n',
  );
});

test('a default branch that would end a filter’s quotes is refused, and another one taken', async () => {
  const repository = await project(files);
  const { directory } = repository;
  await repository.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/x"or"y');
  const refused = await init(directory, { app: 'acme-shop', print: true });
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toContain('--production-branch <name>: x"or"y cannot be written into a filter.\n');
  const named = await init(directory, { app: 'acme-shop', print: true, productionBranch: 'main' });
  expect(named.out).toContain('filters: pipeline.git.branch == "main"\n');
});

test('with --print stdout has the configuration alone, and nothing is written', async () => {
  const { directory } = await project(files);
  const { code, out, err } = await init(directory, { app: 'acme-shop', print: true });
  expect(code).toBe(0);
  expect(out).toMatch(/^# Continuous deployment[^]*app-name: acme-shop\n$/);
  expect(err).toContain('Migration: bin/rails db:migrate\n');
  await none(directory);
});

test('a command that is given is taken, without the checks of the one that was recognized', async () => {
  const { directory } = await project(files);
  const own = { app: 'acme-shop', print: true, migrateCommand: 'bin/rails db:migrate:with_data' };
  const { out } = await init(directory, own);
  expect(out).toContain('migrate-command: bin/rails db:migrate:with_data\n');
  expect(out).not.toMatch(/pending-migrations-command|migration-paths/);
  const all = await init(directory, {
    ...own,
    pendingMigrationsCommand: 'bin/check',
    migrationPaths: 'db/**',
  });
  expect(all.out).toContain('pending-migrations-command: bin/check\n');
  expect(all.out).toContain('migration-paths: db/**\n');
  expect((await init(directory, { ...own, migrateCommand: '' })).out).not.toContain('migrate-command');
});

test('a command that a template of CircleCI or YAML might read reaches the orb as it is', async () => {
  const { directory } = await project(files);
  const migrateCommand = 'psql $URL <<< "select 1" # yes: no';
  const { code, out } = await init(directory, { app: 'acme-shop', print: true, migrateCommand });
  expect(code).toBe(0);
  const source = { text: await readFile(ORB.file, 'utf8'), file: 'orb.yml' };
  const compiled = expandConfig({ text: out, file: CONFIG }, { orbs: { 'heroku-cd': source } });
  expect(JSON.stringify(plainConfig(compiled))).toContain(JSON.stringify(migrateCommand));
});

test('an app that migrates in its release phase gets no command, and is told why', async () => {
  const { directory } = await project({ ...files, Procfile: 'web: x\nrelease: bin/rails db:migrate\n' });
  const { out, err } = await init(directory, { app: 'acme-shop', print: true });
  expect(out).not.toContain('migrate-command');
  expect(err).toContain('Migration: none. The Procfile’s release process migrates (bin/rails db:migrate)');
});

test.each([
  ['url', '  heroku-cd: https://example.com/orb.yml\n'],
  ['inline', '  heroku-cd:\n    version: 2.1\n'],
])('imports the orb by --orb-source %s', async (orbSource, line) => {
  const { directory } = await project(files);
  // Nothing that does not compile is written.
  const { code, out } = await init(directory, { app: 'acme-shop', print: true, orbSource });
  expect(code).toBe(0);
  expect(out).toContain(line);
});

describe('is refused, and writes nothing', () => {
  test('without a terminal, naming every flag that is missing', async () => {
    const { directory } = await project({ ...files, 'knexfile.js': '', 'package.json': '{}' });
    const { code, err } = await init(directory, {});
    expect(code).toBe(2);
    expect(err).toMatch(
      /--app <name>[^]*--yes, to write[^]*--migrate-command <command>: several frameworks migrate/,
    );
    await none(directory);
  });

  test('where there are several apps and none is named', async () => {
    const { directory } = await project({ 'a/Procfile': 'web: x', 'b/Procfile': 'web: x' });
    const { code, err } = await init(directory, { app: 'acme-shop', yes: true });
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('--directory <folder>: there are several apps (a, b).'),
    ]);
    const named = await init(directory, { app: 'acme-shop', yes: true, directory: './b/' });
    expect([named.code, named.err]).toEqual([0, '']);
    expect(named.out).toContain('App: b, ');
  });

  test('for names that are wrong, all of them at once', async () => {
    const { directory } = await project(files);
    const { code, err } = await init(directory, {
      app: 'Acme-Shop',
      stagingApp: 'x',
      productionBranch: 'a" or true',
      context: '<< pipeline.git.branch >>',
      migrationPaths: '../elsewhere',
      directory: 'nowhere',
      yes: true,
    });
    expect(code).toBe(2);
    expect(err).toContain(
      '--app "Acme-Shop": app names are lower case at Heroku; did you mean "acme-shop"?\n',
    );
    for (const name of ['staging-app', 'production-branch', 'context', 'migration-paths', 'directory']) {
      expect(err).toContain(`  --${name} "`);
    }
    await none(directory);
  });

  test.each([
    ['staging is production', { stagingApp: 'acme-shop' }, '--staging-app: that is the app of --app'],
    [
      'a flag is about a staging app that is not there',
      { stagingBranch: 'x' },
      '--staging-branch: there is no',
    ],
    [
      'a flag is about no migration',
      { migrateCommand: '', migrationPaths: 'x/**' },
      '--migration-paths: there is no',
    ],
  ])('when %s', async (_what, flags, said) => {
    const { directory } = await project(files);
    const { code, err } = await init(directory, { app: 'acme-shop', yes: true, ...flags });
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
    await none(directory);
  });

  test('outside of a git repository', async () => {
    const { code, err } = await init(await temporaryFolder(), { app: 'acme-shop', yes: true });
    expect([code, err]).toEqual([2, expect.stringContaining('is in no git repository')]);
  });

  test('where .circleci is a file', async () => {
    const { directory } = await project({ ...files, '.circleci': '' });
    const { code, err } = await init(directory, { app: 'acme-shop', yes: true });
    expect([code, err]).toEqual([2, expect.stringContaining('.circleci/config.yml cannot be')]);
    expect(await readFile(join(directory, '.circleci'), 'utf8')).toBe('');
  });

  test('where the file has come to be meanwhile', async () => {
    const { directory } = await project(files);
    const asker = {
      text: async (_message: string, initial: string) => initial || 'acme-shop',
      choose: async () => '',
      confirm: async () => {
        await mkdir(join(directory, '.circleci'));
        await writeFile(join(directory, CONFIG), 'version: 2.1\n');
        return true;
      },
    };
    const { code, err } = await init(directory, { stagingApp: '' }, asker);
    expect([code, err]).toEqual([2, expect.stringContaining('something of that name has come to be there')]);
    expect(await configOf(directory)).toBe('version: 2.1\n');
  });
});

test('the executable has it, beside the orb of its package', async () => {
  const folder = await temporaryFolder();
  await Promise.all([mkdir(join(folder, 'dist')), mkdir(join(folder, 'orb'))]);
  await writeFile(join(folder, 'dist/cli.cjs'), await bundleExecutable(resolve(__dirname, '../../..')));
  await cp(ORB.file, join(folder, 'orb/orb.yml'));
  await symlink(resolve(__dirname, '../../../node_modules'), join(folder, 'node_modules'));
  const { directory } = await project(FIXTURES.static.files);
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(folder, 'dist/cli.cjs'), 'init', ...args], {
      cwd: directory,
    });
  expect((await run('--help')).stdout).toMatch(
    /--staging-app <name>[^]*Knows the migrations of Rails, Django/,
  );
  await expect(run()).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--app <name>') });
  expect((await run('--app', 'acme-shop', '--yes')).stdout).toContain('Wrote .circleci/config.yml.\n');
  expect(await configOf(directory)).toContain('\n  deploy:\n    jobs:\n      - heroku-cd/deploy:\n');
});
