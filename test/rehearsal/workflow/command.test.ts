import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rehearse } from '../../../src/cli/rehearse.ts';
import { rehearseCommand } from '../../../src/rehearsal/index.ts';
import type { RehearseArguments, RehearseOutcome } from '../../../src/rehearsal/index.ts';
import { Heard, removeFolders, sampleRepository } from '../helpers.ts';

afterEach(removeFolders);

const CONFIG = `
version: 2.1
jobs:
  test: {docker: [{image: a}], steps: [checkout, {run: {name: Test, command: 'echo "testing $CIRCLE_BRANCH$CIRCLE_TAG"; test "$RED" != yes'}}]}
  deploy: {docker: [{image: a}], parallelism: 2, steps: [{run: {name: Deploy, command: 'printf "deploying to $APP"'}}]}
  recover: {docker: [{image: a}], steps: [{run: {name: Recover, command: echo recovering}}]}
workflows:
  main:
    jobs:
      - test
      - hold: {type: approval, requires: [test]}
      - deploy: {requires: [hold], context: [prod], serial-group: << pipeline.project.slug >>/prod, filters: pipeline.git.branch == "main"}
      - recover: {requires: [{deploy: [failed, canceled]}]}
  night: {when: pipeline.git.branch == "night", jobs: [test]}
`;
const ENV = { PATH: process.env.PATH, HEROKU_HOST: 'http://127.0.0.1:1' };

async function project(config = CONFIG): Promise<string> {
  const { path } = await sampleRepository();
  await mkdir(join(path, '.circleci'));
  await writeFile(join(path, '.circleci/config.yml'), config);
  await writeFile(join(path, 'prod.env'), 'APP=corner-shop\n');
  return path;
}

async function run(
  args: RehearseArguments,
  ports: { terminate?: AbortSignal; config?: string; heard?: Heard } = {},
): Promise<RehearseOutcome & { text: string }> {
  const { config, heard = new Heard(), ...signals } = ports;
  const cwd = await project(config);
  const outcome = await rehearseCommand(
    { workflow: 'main', ...args },
    { write: heard.write, env: ENV, cwd, ...signals },
  );
  return { ...outcome, text: heard.all };
}

/** The table at the end, times left out. */
const table = (text: string): string =>
  text
    .slice(text.search(/\n\S+ +\S+ +[\d.]+s/) + 1)
    .replace(/ +\d+\.\ds/g, '')
    .replace(/ {2,}/g, ' ');

describe('heroku-cd rehearse --workflow', () => {
  it('prints a heading for each job, its steps, a table and the end', async () => {
    const { exitCode, text, workflow } = await run({ approve: ['hold'], context: ['prod=prod.env'] });
    expect(exitCode).toBe(0);
    expect(workflow?.status).toBe('success');
    expect(text).toMatch(/^######## Job test\n====>> Checkout code\n/);
    expect(text).toMatch(
      /\n====>> Test\ntesting main\nJob test: success\n######## Job hold: success: approved\n/,
    );
    expect(text).toContain(
      '\n######## Job deploy (node 0 of 2; contexts prod; serial group gh/local/project/prod)\n' +
        '====>> Deploy\ndeploying to ****\n' +
        '######## Job deploy (node 1 of 2; contexts prod; serial group gh/local/project/prod)\n' +
        '====>> Deploy\ndeploying to ****\nJob deploy: success\n' +
        '######## Job recover: not_run: it requires deploy to end as failed or canceled, not success\n',
    );
    expect(table(text)).toBe(
      [
        'test success',
        'hold success approved',
        'deploy success',
        'recover not_run it requires deploy to end as failed or canceled, not success',
        'Workflow main succeeded.',
        '',
      ].join('\n'),
    );
  });

  it('ends with 1 when a job fails', async () => {
    const { exitCode, text } = await run({ env: ['RED=yes'], approve: ['hold'] });
    expect(exitCode).toBe(1);
    expect(text).not.toMatch(/deploying|recovering/);
    expect(table(text)).toBe(
      [
        'test failed step 2 (Test) failed',
        'hold not_run it requires test to end as success, not failed',
        'deploy not_run it requires hold to end as success, not not_run',
        'recover not_run it requires deploy to end as failed or canceled, not not_run',
        'Workflow main failed.',
        '',
      ].join('\n'),
    );
  });

  it('ends with 1 when a job is canceled, after the jobs that wait for that', async () => {
    const { exitCode, text } = await run({ approve: ['hold'], cancel: ['deploy@Deploy'] });
    expect(exitCode).toBe(1);
    expect(text).toContain(
      '====>> Deploy: the job was canceled\nJob deploy: canceled: --cancel deploy@Deploy\n',
    );
    expect(text).toMatch(/====>> Recover\nrecovering\n/);
    expect(text).toMatch(/\nWorkflow main was canceled\.\n$/);
  });

  it('ends with 1 when a context is denied', async () => {
    const { exitCode, text } = await run({ approve: ['hold'], denyContext: ['prod'] });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/\ndeploy +unauthorized +its context prod is denied\n/);
    expect(text).toMatch(/\nWorkflow main is unauthorized\.\n$/);
  });

  it('ends with 1 when all went well but a cancellation had no occasion', async () => {
    const { exitCode, text } = await run({ approve: ['hold'], cancel: ['deploy@Deploy:/nothing/'] });
    expect(exitCode).toBe(1);
    expect(text).toMatch(
      /\n--cancel deploy@Deploy:\/nothing\/ had no occasion: no line of the step matched\.\nWorkflow main succeeded\.\n$/,
    );
  });

  it('ends with 3 on hold', async () => {
    const { exitCode, text } = await run({ cancel: ['deploy@Deploy'] });
    expect(exitCode).toBe(3);
    expect(text).toMatch(
      /\nhold +on_hold +nobody approved it; --approve hold would\ndeploy +blocked +it waits for hold\n/,
    );
    expect(text).toMatch(/\nWorkflow main is on hold: rehearse it again with --approve hold\.\n$/);
  });

  it('leaves out what the branch or tag does not have', async () => {
    const { exitCode, text } = await run({ branch: 'feature', approve: ['hold'] });
    expect(exitCode).toBe(0);
    expect(text).toContain('testing feature\n');
    expect(text).toMatch(/\ndeploy +filtered +its filter "pipeline.git.branch == \\"main\\"" is false\n/);
    const tagged = await run({ tag: 'v1' });
    expect(tagged.exitCode).toBe(2);
    expect(tagged.text).toMatch(/^test +filtered +it has no filter for tags/);
    expect(tagged.text).toMatch(
      /\nWorkflow main would not run: this pipeline has no job of workflow main\.\n$/,
    );
    const night = await run({ workflow: 'night' });
    expect(night).toMatchObject({
      exitCode: 2,
      text: "Workflow night would not run: the 'when' of workflow night does not let it run.\n",
    });
  });

  it('ends with 130 when it is interrupted, and starts no further job', async () => {
    const heard = new Heard();
    const terminate = new AbortController();
    const config = CONFIG.replace(
      'echo "testing',
      'trap "echo cleaned up" TERM; echo ready; sleep 60 & wait $!; echo "',
    );
    const running = run({ approve: ['hold'] }, { config, heard, terminate: terminate.signal });
    await heard.until(/^ready/m);
    terminate.abort();
    const { exitCode, text, workflow } = await running;
    expect(exitCode).toBe(130);
    expect(workflow).toMatchObject({ status: 'canceled', aborted: true });
    expect(text).toContain('cleaned up');
    expect(text).not.toMatch(/deploying|recovering/);
    expect(text).toMatch(/\nrecover +not_run +the rehearsal was aborted\nWorkflow main was interrupted\.\n$/);
    const before = await run({}, { terminate: AbortSignal.abort() });
    expect(before.exitCode).toBe(130);
    expect(before.text).not.toMatch(/testing/);
  });

  it.each<[RehearseArguments, RegExp | string]>([
    [{ workflow: undefined }, 'Name the job to run with --job, or the workflow to walk with --workflow.\n'],
    [{ workflow: 'none' }, '.circleci/config.yml has no workflow none; it has main, night.\n'],
    [{ nodeIndex: '0' }, '--node-index is for one job: name it with --job.\n'],
    [{ nodeTotal: '2' }, '--node-total is for one job: name it with --job.\n'],
    [{ approve: ['none'] }, '--approve none: workflow main has no such approval job; it has hold.\n'],
    [{ denyContext: ['none'] }, '--deny-context none: workflow main has no such context; it has prod.\n'],
    [{ cancel: ['deploy'] }, '--cancel takes JOB@STEP or JOB@STEP:/regex/, not "deploy".\n'],
    [{ cancel: ['hold@1'] }, '--cancel hold@1: hold is a job of type approval: it has no steps.\n'],
    [{ job: 'test', approve: ['hold'] }, '--approve is for a workflow: leave --job out.\n'],
    [{ job: 'test', cancel: ['test@1'] }, '--cancel is for a workflow: leave --job out.\n'],
    [{ job: 'test', denyContext: ['prod'] }, '--deny-context is for a workflow: leave --job out.\n'],
    [
      { env: ['HEROKU_HOST=heroku.com'] },
      /^Job test: HEROKU_HOST names heroku.com, which is not this machine/,
    ],
    [{ branch: 'main', tag: 'v1' }, /give --branch or --tag, not both/],
  ])('refuses %j with a sentence and exit code 2', async (args, message) => {
    const { exitCode, text } = await run(args);
    expect(exitCode).toBe(2);
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
  });

  it.each([
    [
      'requires: [test]}',
      'requires: [tset]}',
      "Job 'hold' requires 'tset', which is the name of 0 other jobs in workflow main",
    ],
    ['- test\n', '- test: {requires: [recover]}\n', 'These jobs wait for each other: '],
  ])('refuses %s turned into %s, naming the place', async (right, wrong, reason) => {
    const { exitCode, text } = await run({}, { config: CONFIG.replace(right, wrong) });
    expect(exitCode).toBe(2);
    expect(text).toMatch(
      /^\.circleci\/config\.yml:\d+:\d+, workflow main, job (hold|test), parameter requires\n/,
    );
    expect(text).toContain(reason);
    expect(text).not.toMatch(/testing/);
  });
});

describe('the command line', () => {
  it('knows the flags and shows what the exit codes mean', async () => {
    const heard = new Heard();
    let exitCode = -1;
    const cwd = await project();
    const command = rehearse(
      {
        out: heard.write,
        err: heard.write,
        signal: new AbortController().signal,
        environment: ENV,
        endWith: (code) => (exitCode = code),
      },
      cwd,
    );
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toMatch(/--approve <JOB>/);
    expect(help).toMatch(/--cancel <JOB@STEP\[:\/regex\/\]>/);
    expect(help).toMatch(
      /Exit codes:\n {2}0 {4}the job or workflow succeeded\n[\s\S]*3 {4}the workflow is on hold/,
    );
    await mkdir(join(cwd, 'orb'));
    await writeFile(join(cwd, 'orb/orb.yml'), 'description: none\n');
    const config = join(cwd, '.circleci/config.yml');
    await command.parseAsync(
      [
        ...['--config', config, '--repository', cwd, '--workflow', 'main', '--approve', 'hold'],
        ...['--cancel', 'test@Test', '--cancel', 'deploy@1', '--deny-context', 'prod'],
      ],
      { from: 'user' },
    );
    expect(exitCode).toBe(1);
    expect(heard.all).toMatch(/\ntest +canceled .*--cancel test@Test\n/);
    expect(heard.all).toContain('--cancel deploy@1 had no occasion: the job did not start.\n');
  });
});
