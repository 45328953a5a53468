import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REHEARSE_OPTIONS, rehearseCommand } from '../../../src/rehearsal/index.ts';
import type { RehearseArguments } from '../../../src/rehearsal/index.ts';
import { Heard, removeFolders, sampleRepository, temporaryFolder } from '../helpers.ts';

afterEach(removeFolders);

const CONFIG = `
version: 2.1
parameters: {loud: {type: boolean, default: false}, times: {type: integer, default: 1}, word: {type: string, default: a}}
orbs: {o: acme/o@1}
jobs:
  build:
    docker: [{image: a}]
    parallelism: 2
    environment: {LOUD: << pipeline.parameters.loud >>, TIMES: << pipeline.parameters.times >>}
    steps:
      - checkout
      - o/say
      - run: {name: Fail when told to, command: 'test "$FAIL" != yes'}
      - run: {name: Report, when: on_fail, command: echo reported}
      - store_artifacts: {path: file.txt}
`;
const ORB =
  'commands: {say: {steps: [{run: {name: Say, command: \'echo "$CIRCLE_NODE_INDEX/$CIRCLE_NODE_TOTAL $LOUD $TIMES $OWN $SECRET"\'}}]}}';

async function project(): Promise<string> {
  const { path } = await sampleRepository();
  await mkdir(join(path, '.circleci'));
  await mkdir(join(path, 'deeper'));
  await writeFile(join(path, '.circleci/config.yml'), CONFIG);
  await writeFile(join(path, 'orb.yml'), ORB);
  await writeFile(join(path, 'secrets.env'), "# comment\n\nexport SECRET='top secret'\n");
  return path;
}

async function run(
  cwd: string,
  args: Partial<RehearseArguments>,
): Promise<{ exitCode: number; text: string }> {
  const heard = new Heard();
  const env = { PATH: process.env.PATH, HEROKU_HOST: 'http://127.0.0.1:1', OWN: 'callers own', UNASKED: 'x' };
  const { exitCode } = await rehearseCommand(
    { job: 'build', orb: ['acme/o=orb.yml'], ...args },
    { write: heard.write, env, cwd },
  );
  return { exitCode, text: heard.all };
}

describe('heroku-cd rehearse', () => {
  it('runs a job and prints headings, output, the table and the end', async () => {
    const { exitCode, text } = await run(await project(), {});
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^====>> Checkout code\n/);
    expect(text).toContain('\n====>> Say\n0/2 0 1  \n');
    expect(text).toContain('\n====>> Report: no step failed, and this step runs on failure only\n');
    expect(text).toMatch(/\nsuccess +\d+\.\ds {2}Say\n/);
    expect(text).toMatch(/\nJob build succeeded\.\n$/);
    expect(text).toContain('\nNot kept: the artifacts (--artifacts-dir FOLDER keeps them).\nsuccess ');
  });

  it('takes everything from its options', async () => {
    const cwd = await project();
    const { exitCode, text } = await run(cwd, {
      env: ['FAIL=yes', 'OWN'],
      context: ['prod=secrets.env'],
      parameter: ['loud=true', 'times=3', 'word='],
      artifactsDir: 'out',
      nodeIndex: '1',
      nodeTotal: '4',
      branch: 'feature',
    });
    expect(exitCode).toBe(1);
    expect(text).toContain('\n1/4 1 3 **** ****\n');
    expect(text).toContain('Step failed: exit code 1\n====>> Report\nreported\n');
    expect(text).toMatch(/Job build failed: step 3 \(Fail when told to\) failed\.\n$/);
    expect(await readFile(join(cwd, 'out/file.txt'), 'utf8')).toBe('one\n');
    expect(text).not.toContain('Not kept');
    const shown = await run(cwd, { env: ['OWN'], noMask: true });
    expect(shown.text).toContain('callers own');
  });

  it('finds the repository around the folder', async () => {
    const cwd = await project();
    const { exitCode } = await run(join(cwd, 'deeper'), {
      config: '../.circleci/config.yml',
      orb: ['acme/o=../orb.yml'],
    });
    expect(exitCode).toBe(0);
    const elsewhere = await temporaryFolder();
    const { text } = await run(elsewhere, {
      config: join(cwd, '.circleci/config.yml'),
      orb: [`acme/o=${cwd}/orb.yml`],
    });
    expect(text).toContain('there is no repository: name one with --repository');
    const named = await run(elsewhere, {
      config: join(cwd, '.circleci/config.yml'),
      orb: [`acme/o=${cwd}/orb.yml`],
      repository: cwd,
    });
    expect(named.exitCode).toBe(0);
  });

  it.each([
    [{ config: 'none.yml' }, '--config: none.yml cannot be read (ENOENT).\n'],
    [{ orb: ['acme/o'] }, '--orb takes NAME=VALUE, not "acme/o".\n'],
    [{ orb: [] }, /^\.circleci\/config\.yml:4:8, orb o\n {2}The orb acme\/o@1 is not on this machine/],
    [{ env: ['1A=b'] }, '--env: "1A" is no name of an environment variable.\n'],
    [{ env: ['NOT_SET'] }, '--env NOT_SET: the variable is not set here; write --env NOT_SET=VALUE.\n'],
    [{ context: ['prod=none.env'] }, '--context: none.env cannot be read (ENOENT).\n'],
    [{ context: ['prod=orb.yml'] }, 'orb.yml:1: expected NAME=value.\n'],
    [{ nodeIndex: 'two' }, '--node-index takes a whole number, not "two".\n'],
    [{ nodeIndex: '2' }, 'A job on 2 node(s) has no node 2.\n'],
    [
      { parameter: ['times=many'] },
      /Type error for argument times: expected type: integer, actual value: "many"/,
    ],
    [{ job: 'nothing' }, 'There is no job nothing; there is build.\n'],
    [{ env: ['HEROKU_HOST=heroku.com'] }, /which is not this machine/],
  ])('refuses %j with a sentence and exit code 2', async (args, message) => {
    const { exitCode, text } = await run(await project(), args);
    expect(exitCode).toBe(2);
    expect(text).toMatch(message);
  });

  it('never shows the value of a broken context file', async () => {
    const cwd = await project();
    await writeFile(join(cwd, 'secrets.env'), 'GOOD=1\nSECRET="half-a-secret\n');
    const { text } = await run(cwd, { context: ['prod=secrets.env'] });
    expect(text).toBe('secrets.env:2: the quote is not closed.\n');
  });

  it('leaves no folder of its own', async () => {
    const { text } = await run(await project(), { env: ['FAIL=yes'] });
    const [folder] = /\/\S*heroku-cd-rehearsal-\w+/.exec(text) ?? [];
    expect(folder === undefined || !existsSync(folder)).toBe(true);
  });

  it('ends with 130 when it is interrupted', async () => {
    const heard = new Heard();
    const cwd = await project();
    const { exitCode } = await rehearseCommand(
      { job: 'build', orb: ['acme/o=orb.yml'] },
      {
        write: heard.write,
        env: { PATH: process.env.PATH, HEROKU_HOST: 'localhost' },
        cwd,
        terminate: AbortSignal.abort(),
      },
    );
    expect(exitCode).toBe(130);
    expect(heard.all).toMatch(/Job build was canceled\.\n$/);
  });
});

describe('the table of options', () => {
  it('has a flag for every argument and no other', () => {
    const args: Record<keyof RehearseArguments, true> = {
      ...{ job: true, workflow: true, config: true, orb: true, branch: true, tag: true, revision: true },
      ...{ repository: true, env: true, context: true, parameter: true, cacheDir: true, workspaceDir: true },
      ...{ artifactsDir: true, nodeIndex: true, nodeTotal: true, against: true, noMask: true },
      ...{ approve: true, cancel: true, denyContext: true },
    };
    const camel = (name: string): string =>
      name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    expect(REHEARSE_OPTIONS.map(({ name }) => camel(name)).sort()).toEqual(Object.keys(args).sort());
    expect(
      REHEARSE_OPTIONS.every(({ name, description }) => /^[a-z-]+$/.test(name) && description.length > 10),
    ).toBe(true);
  });
});
