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

/** The same jobs, in a workflow of one's own. */
const workflow = (jobs: string): string =>
  `${BEFORE.slice(0, BEFORE.indexOf('workflows:'))}  deploy-old: ${JOB}\n  hold-it: {type: approval}\nworkflows:\n  ci:\n    jobs: [${jobs}]\n`;

test.each([
  [
    'a notification',
    'build, {unit: {requires: [build]}}, {slack/on-hold: {requires: [unit]}}',
    '[unit]',
    'slack/on-hold (a notification)',
  ],
  [
    'a notification by its orb',
    'build, {chat/tell: {name: tell-us, requires: [build]}}',
    '[build]',
    'tell-us (a notification)',
  ],
  [
    'an approval',
    'build, {unit: {requires: [build]}}, {hold: {type: approval, requires: [unit]}}',
    '[unit]',
    'hold (an approval)',
  ],
  [
    'an approval that is a job of its own, and what is behind it',
    'build, {hold-it: {requires: [build]}}, {lint: {requires: [hold-it]}}',
    '[build]',
    'hold-it (an approval), lint (behind an approval)',
  ],
  ['a deployment', 'build, {deploy-old: {requires: [build]}}', '[build]', 'deploy-old (a deployment)'],
  [
    'what runs when another one has failed',
    'build, {unit: {requires: [{build: failed}]}}, {lint: {requires: [{build: [failed, canceled]}]}}',
    '[build]',
    'unit (runs when another one has not succeeded), lint (',
  ],
])('%s is not waited for, but what is before it', async (_what, jobs, requires, said) => {
  const { out } = await add(`${workflow(jobs)}orbs: {slack: circleci/slack@5, chat: acme/slack@1}\n`);
  expect(out).toContain(`requires: ${requires}\n`);
  const names = requires.slice(1, -1);
  expect(out).toContain(`The deployment waits for ${names}, and not for ${said}`);
  expect(out).toContain('To change that, change `requires`.\n');
});

test('where nothing else is left all is waited for, and that is said', async () => {
  const { out } = await add(workflow('deploy-old'));
  expect(out).toContain('requires: [deploy-old]\n');
  expect(out).toContain(
    'The deployment waits for deploy-old: no job of ci looks like one that tests or builds.',
  );
});

test('a job that tests or builds is one, whatever else its name says', async () => {
  const { out } = await add(workflow('{build: {name: build-and-push}}, {unit: {name: test-release}}'));
  expect(out).toContain('requires: [build-and-push, test-release]\n');
  expect(out).toContain(
    'The deployment waits for build-and-push, test-release. To change that, change `requires`.\n',
  );
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

test('an app that a workflow deploys already is named, because a serial group may stand there only once', async () => {
  const deploying = (app: string): string =>
    BEFORE.replace(
      /\]\n$/,
      `, {heroku/deploy: {name: ship, requires: [unit], app-name: ${app}, serial-group: heroku/${app}}}]\n`,
    ).replace('jobs:', 'orbs: {heroku: heroku-cd/heroku-cd@0.1}\njobs:');
  expect((await add(deploying('acme-shop'))).out).toContain(
    '! The job ship of ci has the `serial-group` heroku/acme-shop already, and one may stand only once in a workflow: change that job, or put what is proposed below in its place.\n',
  );
  expect((await add(deploying('acme-other'))).out).not.toContain('serial-group` heroku');
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
