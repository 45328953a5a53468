import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { init, project, removeFolders } from './support/project.ts';

afterEach(removeFolders);

const CONFIG = '.circleci/config.yml';
const JOB = '{docker: [{image: cimg/base:stable}], steps: [checkout]}';
const BEFORE = `# our own
version: 2.1
jobs:
  build: ${JOB}
  unit: ${JOB}
  lint: ${JOB}
workflows:
  ci:
    jobs: [build, {unit: {requires: [build]}}, {lint: {name: style, requires: [build]}}]
`;

async function add(text: string, flags = {}): Promise<Awaited<ReturnType<typeof init>>> {
  const { directory } = await project({ Procfile: 'web: x', Gemfile: '', [CONFIG]: text });
  const said = await init(directory, { app: 'acme-shop', ...flags });
  expect(await readFile(join(directory, CONFIG), 'utf8')).toBe(text);
  return said;
}

test('a configuration that is there is left as it is, and told what to add and where', async () => {
  const { code, out, err } = await add(BEFORE);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('Checked: the configuration compiles with what is proposed below.\n');
  expect(out).toMatch(
    /# below "version:", because there is no "orbs:" yet\norbs:\n {2}heroku-cd: \S+\/heroku-cd@[\d.]+\n/,
  );
  expect(out).toContain(
    '# to the jobs of the workflow ci\nworkflows:\n  ci:\n    jobs:\n      - heroku-cd/deploy:\n',
  );
  // After all that is not waited for by others, by the names of the workflow.
  expect(out).toContain('requires: [unit, style]\n');
  // A key is wanted here as well.
  expect(out).toMatch(/\nNext:\n {2}heroku authorizations:create [^]* commit the file and push\n$/);
});

test('with --yes as well, and the addition alone on stdout with --print', async () => {
  expect((await add(BEFORE, { yes: true })).code).toBe(0);
  const { out, err } = await add(BEFORE, { print: true });
  expect(out).toMatch(/^# \.circleci\/config\.yml is there already/);
  expect(err).toContain('Checked: ');
  expect(err).toContain('Next:\n');
  expect(out).not.toContain('Next:');
});

test('jobs that have the usual names already keep them', async () => {
  const { out } = await add(BEFORE.replaceAll('lint', 'deploy').replace('name: style, ', ''));
  expect(out).toContain('name: deploy-to-heroku\n');
  expect(out).toContain('requires: [{deploy-to-heroku: [failed, canceled]}]\n');
  expect(out).toContain('Checked: the configuration compiles');
});

test('an orb that is imported already is not imported again, whatever it is called', async () => {
  const { out } = await add(`${BEFORE}orbs: {ours: heroku-cd/heroku-cd@0.1}\n`);
  expect(out).not.toContain('to "orbs:"');
  expect(out).toContain('- ours/deploy:\n');
  expect(out).toContain('Checked: the configuration compiles');
});

test('orbs that would have to be fetched are named, and the addition is checked by itself', async () => {
  const { out } = await add(
    `${BEFORE.replace('jobs: [build,', 'jobs: [build, node/test,')}orbs: {node: circleci/node@6.3}\n`,
  );
  expect(out).toContain('because circleci/node@6.3 would have to be fetched.\n');
  expect(out).toContain('requires: [node/test, unit, style]\n');
});

test('without a workflow there is one, which runs the jobs that are there first', async () => {
  const { out } = await add(`version: 2.1\njobs:\n  build: ${JOB}\n`);
  expect(out).toContain('# at the end, because there is no workflow yet\n');
  expect(out).toContain('    jobs:\n      - build\n      - heroku-cd/deploy:\n');
  expect(out).toContain('requires: [build]\n');
  expect(out).toContain('Checked: the configuration compiles');
});

test('of several workflows the one that tests is chosen, and that is said', async () => {
  const { out } = await add(
    `${BEFORE}  nightly:\n    jobs: [lint]\n`.replace('workflows:\n  ci:', 'workflows:\n  ci:'),
  );
  expect(out).toContain('There are other workflows (nightly): ci was chosen');
});

test('a setup configuration is told apart', async () => {
  expect((await add(`setup: true\n${BEFORE}`)).out).toContain('This is a setup configuration');
});

test('a configuration that would not compile is told so, not helped', async () => {
  const { out } = await add(BEFORE.replace('requires: [build]', 'requires: [bulid]'));
  expect(out).toMatch(/! With what is proposed below, the configuration would not compile: [^]*bulid/);
});

test.each([
  ['one of version 2', 'version: 2\njobs: {}\n', 'has the version 2: orbs need `version: 2.1`'],
  ['one that is no YAML', 'version: [2.1\n', 'The YAML cannot be read'],
  ['an empty one', '', 'The file is empty'],
])('%s is refused', async (_what, text, said) => {
  const { code, err } = await add(text);
  expect([code, err]).toEqual([2, expect.stringContaining(said)]);
});
