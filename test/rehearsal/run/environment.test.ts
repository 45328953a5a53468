import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rehearseJob } from '../../../src/rehearsal/index.ts';
import { environmentText } from '../../../src/rehearsal/run/environment.ts';
import { LOCAL_HOST, removeFolders, runSteps, temporaryFolder } from '../helpers.ts';

afterEach(removeFolders);

const output = (result: { steps: readonly { output: string }[] }, step = 0): string =>
  result.steps[step]?.output ?? '';

describe('the environment of a step', () => {
  it('writes booleans, numbers and empty pipeline values as the agent does', async () => {
    expect([true, false, null, 10, 1.5, 1_000_000, 'text', ''].map(environmentText)).toEqual([
      '1',
      '0',
      '<nil>',
      '10',
      '1.5',
      '1000000',
      'text',
      '',
    ]);
    const result = await runSteps(`
- run:
    command: echo "$T|$F|$N|$I|$TAG|in text << pipeline.in_setup >>"
    environment: {T: true, F: no, N: null, I: 10, TAG: << pipeline.git.tag >>}`);
    expect(output(result)).toBe('1|0|<nil>|10|<nil>|in text false\n');
  });

  it('gives way from step to job to built-ins to contexts to the project', async () => {
    const result = await runSteps('- run: {command: "echo $A $B $C $D $E $F", environment: {A: step}}', {
      keys: 'environment: {A: job, B: job}',
      builtIns: { A: 'builtin', B: 'builtin', C: 'builtin' },
      contexts: { one: { B: 'one', C: 'one', D: 'one' }, two: { D: 'two' } },
      environment: { A: 'project', D: 'project', E: 'project', F: 'project' },
      mask: false,
    });
    expect(output(result)).toBe('step job builtin two project project\n');
  });

  it('takes the variables of the first image below those of the job', async () => {
    const result = await rehearseJob({
      config: {
        text: `
version: 2.1
jobs:
  build:
    docker: [{image: a, environment: {A: image, B: image}}, {image: db, environment: {C: second}}]
    environment: {B: job}
    steps: [{run: 'echo "$A $B [$C]"'}]
`,
      },
      job: 'build',
      builtIns: LOCAL_HOST,
    });
    expect(output(result)).toBe('image job []\n');
  });

  it("is not the caller's", async () => {
    const result = await runSteps('- run: env', {
      callerEnvironment: {
        PATH: process.env.PATH,
        SECRET_OF_CALLER: 'x',
        HEROKU_API_KEY: 'y',
        HEROKU_GIT_HOST: 'localhost',
      },
    });
    expect(output(result)).not.toMatch(/SECRET_OF_CALLER|HEROKU_API_KEY/);
    expect(output(result)).toContain('HEROKU_GIT_HOST=localhost\n');
    expect(result.status).toBe('success');
  });

  it('has a private HOME and the built-in variables of a branch', async () => {
    const result = await runSteps('- run: env | sort', {
      branch: 'feature/x',
      pipeline: { projectSlug: 'gh/acme/shop', id: 'p-1' },
      builtIns: { CIRCLE_WORKFLOW_ID: 'w-1' },
    });
    const lines = output(result).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'CI=true',
        'CIRCLECI=true',
        'CIRCLE_BRANCH=feature/x',
        'CIRCLE_BUILD_NUM=1',
        'CIRCLE_JOB=build',
        'CIRCLE_NODE_INDEX=0',
        'CIRCLE_NODE_TOTAL=1',
        'CIRCLE_PIPELINE_ID=p-1',
        'CIRCLE_PROJECT_REPONAME=shop',
        'CIRCLE_PROJECT_USERNAME=acme',
        'CIRCLE_WORKFLOW_ID=w-1',
        'CIRCLE_WORKING_DIRECTORY=~/project',
      ]),
    );
    expect(output(result)).toMatch(/^CIRCLE_WORKFLOW_JOB_ID=[0-9a-f-]{36}$/m);
    expect(output(result)).toMatch(/^HOME=.*heroku-cd-rehearsal-[^/]+\/home$/m);
    expect(output(result)).not.toMatch(/CIRCLE_TAG|CIRCLE_SHA1|CIRCLE_REPOSITORY_URL/);
  });

  it('has a tag instead of a branch', async () => {
    const result = await runSteps('- run: env', { tag: 'v1', revision: 'abc' });
    expect(output(result)).toMatch(/^CIRCLE_TAG=v1$/m);
    expect(output(result)).toMatch(/^CIRCLE_SHA1=abc$/m);
    expect(output(result)).not.toMatch(/CIRCLE_BRANCH/);
  });

  it('names the node of a parallel job', async () => {
    const steps = '- run: echo "$CIRCLE_NODE_INDEX of $CIRCLE_NODE_TOTAL"';
    expect(output(await runSteps(steps, { keys: 'parallelism: 3', node: { index: 2 } }))).toBe('2 of 3\n');
    expect(output(await runSteps(steps, { node: { index: 0, total: 5 } }))).toBe('0 of 5\n');
    await expect(runSteps(steps, { node: { index: 1 } })).rejects.toThrow(
      'A job on 1 node(s) has no node 1.',
    );
  });

  it('is carried on by BASH_ENV, which starts empty', async () => {
    const result = await runSteps(`
- run: |
    test -f "$BASH_ENV" && test ! -s "$BASH_ENV"
    echo "export A='from one'" >> "$BASH_ENV"
- run: echo "[$A]"
- run: {command: 'echo "[$A]"', shell: /bin/sh -e}`);
    expect(result.steps.map((step) => step.output)).toEqual(['', '[from one]\n', '[]\n']);
  });
});

describe('hostile values', () => {
  const values = {
    quotes: `a'b"c\`d`,
    command: '$(touch pwned) `touch pwned` ; touch pwned',
    newline: 'one\ntwo\n\nthree\n',
    blanks: '  lead and trail\t ',
    variable: '$HOME ${HOME} $$ !!',
    backslash: '\\n \\ \\\\ \\"',
    template: '<< parameters.value >> <<',
    unicode: 'ü € 日本 🚀',
    control: '\u0001\u001b[31m\u007f',
    option: '-n -e --',
  };

  it.each(Object.entries(values))('arrive byte for byte: %s', async (_, value) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'value');
    const escaped = value.replaceAll('<<', '\\<<');
    const result = await rehearseJob({
      config: {
        text: `
version: 2.1
orbs:
  o:
    commands:
      inner:
        parameters: {value: {type: string}}
        steps: [{run: {command: 'printf %s "$VALUE" > "$FILE"; ls', environment: {VALUE: << parameters.value >>}}}]
    jobs:
      j:
        parameters: {value: {type: string}}
        docker: [{image: a}]
        steps: [{inner: {value: << parameters.value >>}}]
workflows: {w: {jobs: [{o/j: {value: ${JSON.stringify(escaped)}}}]}}
`,
      },
      job: 'o/j',
      environment: { FILE: file },
      builtIns: LOCAL_HOST,
    });
    expect(result).toMatchObject({ status: 'success', steps: [{ output: '' }] });
    const { readFile } = await import('node:fs/promises');
    expect(await readFile(file, 'utf8')).toBe(value);
  });

  it('arrive from project variables and contexts too', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'expected'), values.newline + values.quotes);
    const result = await runSteps('- run: printf "%s" "$A$B" | cmp - "$FOLDER/expected"', {
      environment: { A: values.newline, FOLDER: folder },
      contexts: { c: { B: values.quotes } },
    });
    expect(result.status).toBe('success');
  });
});
