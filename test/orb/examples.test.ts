import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expandConfig, expandExamples, rehearseJob } from '../../src/rehearsal/index.ts';
import { ROOT, checkedOrb, contextWith } from './support/orb.ts';

/** Stands for the bundled helper: says with what it was called. */
const SAYING = Buffer.from(`
const own = Object.entries(process.env).filter(([name]) => name.startsWith('HEROKU_CD_'));
console.log('CALLED ' + JSON.stringify([process.argv.slice(2), Object.fromEntries(own)]));
process.exitCode = process.env.HEROKU_CD_APP_NAME === 'refused' ? 2 : 0;
`);

describe('the examples', () => {
  it.each([
    ['as they are generated', () => checkedOrb().packed],
    ['as they are committed', () => readFileSync(join(ROOT, 'orb', 'orb.yml'), 'utf8')],
  ])('compile, %s', (_name, text) => {
    const compiled = expandExamples({ text: text(), file: 'orb.yml' }, 'heroku-cd');
    expect(compiled.map(({ name }) => name)).toEqual([
      'deploy-inside-your-own-job',
      'deploy-main-after-tests',
      'staging-and-production',
    ]);
  });
});

describe('the project’s own pipeline', () => {
  it('compiles, and runs its jobs on every commit', () => {
    const file = join(ROOT, '.circleci', 'config.yml');
    const { workflows } = expandConfig({ text: readFileSync(file, 'utf8'), file });
    expect(workflows.flatMap(({ jobs }) => jobs.map(({ name }) => name))).toEqual(['test', 'generated-files']);
  });
});

describe('the orb in a job', () => {
  let folder: string;
  let orb: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'heroku-cd-orb-job-'));
    orb = join(folder, 'orb.yml');
    writeFileSync(orb, checkedOrb(contextWith(undefined, SAYING)).packed);
    const git = (...args: string[]) => {
      const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
      const { status, stderr } = spawnSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    };
    git('init', '--quiet', '--initial-branch=main', 'app');
    git('-C', 'app', 'commit', '--quiet', '--allow-empty', '--message', 'First');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A job of a pipeline that imports the orb. */
  const rehearse = (job: string, config: object) =>
    rehearseJob({
      config: { text: JSON.stringify({ version: 2.1, orbs: { 'heroku-cd': 'acme/heroku-cd@1' }, ...config }) },
      orbs: { 'heroku-cd': orb },
      repository: join(folder, 'app'),
      branch: 'main',
      // The runner lets no job talk to the real Heroku; this helper talks to nobody.
      environment: { HEROKU_HOST: 'http://127.0.0.1:9' },
      job,
    });
  const calls = (output: string): [string[], Record<string, string>][] =>
    [...output.matchAll(/^CALLED (.*)$/gm)].map(
      ([, json]) => JSON.parse(json ?? '') as [string[], Record<string, string>],
    );

  it('hands every parameter of the job over to the helper, and runs the steps around it in order', async () => {
    const result = await rehearse('deploy', {
      workflows: {
        main: {
          jobs: [
            {
              'heroku-cd/deploy': {
                name: 'deploy',
                'app-name': 'it\'s "me" $(id)',
                force: true,
                'build-timeout': '3m',
                'pre-deploy': [{ run: { name: 'Before', command: 'git rev-parse --is-shallow-repository' } }],
                'post-deploy': [{ run: { name: 'After', command: 'echo after' } }],
              },
            },
          ],
        },
      },
    });
    expect(result.status).toBe('success');
    const ran = result.steps.filter(({ type }) => type === 'run' || type === 'checkout').map(({ name }) => name);
    expect(ran.slice(-5)).toEqual([
      expect.stringMatching(/checkout/i),
      'Before',
      'Install heroku-cd',
      'Deploy to Heroku',
      'After',
    ]);
    const [[argv, environment] = [[], {}]] = calls(result.steps.map(({ output }) => output).join('\n'));
    expect(argv).toEqual(['deploy']);
    expect(environment).toMatchObject({
      HEROKU_CD_APP_NAME: 'it\'s "me" $(id)',
      HEROKU_CD_API_KEY: 'HEROKU_API_KEY',
      HEROKU_CD_REVISION: '$CIRCLE_SHA1',
      HEROKU_CD_FORCE: '1',
      HEROKU_CD_BUILD_TIMEOUT: '3m',
    });
    expect(environment).not.toHaveProperty('HEROKU_CD_PAYLOAD');
  });

  it('installs once for several commands of one job', async () => {
    const result = await rehearse('own', {
      jobs: {
        own: {
          docker: [{ image: 'cimg/node:lts' }],
          steps: [
            { 'heroku-cd/doctor': { 'app-name': 'one' } },
            { 'heroku-cd/deploy': { 'app-name': 'two', install: false } },
          ],
        },
      },
      workflows: { main: { jobs: ['own'] } },
    });
    expect(result.status).toBe('success');
    const names = result.steps.map(({ name }) => name);
    expect(names.filter((name) => name === 'Install heroku-cd')).toHaveLength(1);
    const called = calls(result.steps.map(({ output }) => output).join('\n'));
    expect(called.map(([argv, { HEROKU_CD_APP_NAME: app }]) => [...argv, app])).toEqual([
      ['doctor', 'one'],
      ['deploy', 'two'],
    ]);
  });

  it('fails the job when the helper refuses, and runs nothing after it', async () => {
    const result = await rehearse('deploy', {
      workflows: {
        main: {
          jobs: [
            {
              'heroku-cd/deploy': {
                name: 'deploy',
                'app-name': 'refused',
                'post-deploy': [{ run: { name: 'After', command: 'echo after' } }],
              },
            },
          ],
        },
      },
    });
    expect(result.status).toBe('failed');
    const outcome = (name: string) => result.steps.find((step) => step.name === name);
    expect(outcome('Deploy to Heroku')).toMatchObject({ status: 'failed', exitCode: 2 });
    expect(outcome('After')).toMatchObject({ status: 'skipped' });
    expect(result.steps.find(({ type }) => type === 'store_artifacts')?.status).not.toBe('skipped');
  });

  it('refuses to call what was never installed', async () => {
    const result = await rehearse('own', {
      jobs: {
        own: {
          docker: [{ image: 'cimg/node:lts' }],
          steps: [{ 'heroku-cd/deploy': { 'app-name': 'one', install: false } }],
        },
      },
      workflows: { main: { jobs: ['own'] } },
    });
    expect(result.status).toBe('failed');
    expect(result.steps.find(({ status }) => status === 'failed')?.output).toContain(
      'heroku-cd is not installed in this job',
    );
  });
});
