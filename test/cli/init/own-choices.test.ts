import { execFileSync } from 'node:child_process';
import { look } from '../../../src/cli/init/look.ts';
import { testJob } from '../../../src/cli/init/plan.ts';
import { openRepository } from '../../../src/cli/init/repository.ts';
import { inMemory } from './support/in-memory.ts';
import { project, removeFolders } from './support/project.ts';

afterAll(removeFolders);

const jobOf = (files: Readonly<Record<string, string>>) => testJob(look(inMemory(files), ''));

describe('Node.js of the test job', () => {
  test.each([
    ['22.x', 'cimg/node:22.20'],
    ['^20.11.0', 'cimg/node:20.19'],
    ['~24', 'cimg/node:24.11'],
    ['22.11.0', 'cimg/node:22.11.0'],
    ['>=20', 'cimg/node:lts'],
    ['20 || 22', 'cimg/node:lts'],
    ['99.x', 'cimg/node:lts'],
  ])('engines %s: %s', (node, image) => {
    const files = { 'package.json': JSON.stringify({ engines: { node }, scripts: { test: 'jest' } }) };
    expect(jobOf(files)?.image).toBe(image);
  });

  test('a version file tells more than engines', () => {
    const manifest = JSON.stringify({ engines: { node: '22.x' }, scripts: { test: 'jest' } });
    expect(jobOf({ 'package.json': manifest, '.nvmrc': 'v20\n' })?.image).toBe('cimg/node:20.19');
    expect(jobOf({ 'package.json': manifest, '.nvmrc': 'lts/*' })?.image).toBe('cimg/node:22.20');
  });
});

describe('packages that only tests need', () => {
  const install = (files: Readonly<Record<string, string>>) =>
    jobOf({ 'requirements.txt': 'fastapi', 'tests/test_main.py': '', ...files })?.steps[0]?.command;

  test.each([
    [{}, 'pip install -r requirements.txt'],
    [{ 'requirements-dev.txt': 'pytest' }, 'pip install -r requirements.txt -r requirements-dev.txt'],
    [{ 'requirements/test.txt': 'pytest' }, 'pip install -r requirements.txt -r requirements/test.txt'],
    [{ 'dev-requirements.txt': 'x' }, 'pip install -r requirements.txt -r dev-requirements.txt'],
    [{ 'requirements/production.txt': 'x' }, 'pip install -r requirements.txt'],
    [{ 'pytest.ini': '' }, 'pip install -r requirements.txt pytest'],
  ])('%j: %s', (files, command) => {
    expect(install(files)).toBe(command);
  });
});

test('Django, with its packages in a folder', () => {
  const files = {
    'manage.py': 'django',
    'requirements.txt': '-r requirements/production.txt',
    'requirements/base.txt': '',
  };
  const [found] = look(inMemory(files), '').frameworks;
  expect(found?.migration.migrationPaths).toEqual(['requirements*.txt', 'requirements/*.txt']);
});

test.each([
  [{ build: 'prisma generate && prisma migrate deploy && next build' }, 'build'],
  [{ 'heroku-postbuild': 'knex migrate:latest', build: 'tsc' }, 'heroku-postbuild'],
  [{ 'heroku-postbuild': 'tsc', build: 'knex migrate:latest' }, undefined],
  [{ build: 'prisma generate' }, undefined],
])('a build that migrates is told of: %j', (scripts, name) => {
  const { warnings } = look(
    inMemory({ Procfile: 'web: x', 'package.json': JSON.stringify({ scripts }) }),
    '',
  );
  expect(warnings).toEqual(
    name === undefined ? [] : [expect.stringContaining(`The script \`${name}\` of package.json migrates`)],
  );
});

test('a release process that migrates: what is missing around it', () => {
  const { migrated } = look(inMemory({ Procfile: 'release: bin/rails db:migrate' }), '');
  expect(migrated?.why).toMatch(/without a backup: `maintenance: always` gives every deployment both/);
});

describe('the branch that goes to production, without a clone’s word for it', () => {
  test.each([
    ['main', ['feature/main'], 'main'],
    ['master', ['develop'], 'master'],
    ['trunk', ['feature/main'], 'feature/main'],
  ])('of %s, with %j checked out: %s', async (first, others, expected) => {
    const { directory } = await project({ Procfile: 'web: x' });
    const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, stdio: 'ignore' });
    git('branch', '-M', first);
    for (const other of others) git('checkout', '-q', '-b', other);
    expect((await openRepository(directory)).branch).toBe(expected);
  });
});
