import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expandExamples, rehearseJob, type JobResult } from '../../src/rehearsal/index.ts';
import { ROOT, checkedOrb, contextWith } from './support/orb.ts';

/**
 * Stands for the bundled helper: says with what it was called and what is in the journal of its state
 * directory, writes the id of the app where the orb's cache looks for it, adds the call to the journal, and says so
 * where the orb looks before it saves one.
 */
const SAYING = Buffer.from(`
const fs = require('node:fs');
const path = require('node:path');
const own = Object.entries(process.env).filter(([name]) => name.startsWith('HEROKU_CD_'));
const words = process.argv.slice(2);
const app = process.env.HEROKU_CD_APP_NAME;
const journal = path.join(process.env.HOME, '.heroku-cd', 'journal');
const before = fs.existsSync(journal) ? fs.readFileSync(journal, 'utf8') : '';
console.log('CALLED ' + JSON.stringify([words, Object.fromEntries(own), before]));
const write = (file, text) => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
};
if (words[0] === 'identify') {
  write('.heroku-cd/app-id', 'id of ' + app);
  write('.heroku-cd/own-journal', 'none');
} else {
  write(journal, before + words.join(' ') + ';');
  write('.heroku-cd/own-journal', 'id of ' + app);
}
process.exitCode = process.env.HEROKU_CD_REVISION === words.join(' ') ? 2 : 0;
`);

/** The steps of the command deploy up to the one that changes the app. */
const BEFORE_DEPLOYING = [
  'Ask Heroku for the app',
  'Restore the journal of the last run',
  'Look before the first change',
  'Keep how the app was found',
];

describe('the examples', () => {
  it.each([
    ['as they are generated', () => checkedOrb().packed],
    ['as they are committed', () => readFileSync(join(ROOT, 'orb', 'orb.yml'), 'utf8')],
  ])('compile, %s', (_name, text) => {
    const compiled = expandExamples({ text: text(), file: 'orb.yml' }, 'heroku-cd');
    const examples = readdirSync(join(ROOT, 'src', 'orb', 'examples')).map((file) => basename(file, '.ts'));
    const wanted = examples.filter((name) => !['usage', 'test-job'].includes(name));
    expect(wanted).not.toEqual([]);
    expect(compiled.map(({ name }) => name)).toEqual(wanted.sort());
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
  const rehearse = (job: string, config: object, cacheFolder?: string) =>
    rehearseJob({
      cacheFolder,
      config: { text: JSON.stringify({ version: 2.1, orbs: { 'heroku-cd': 'acme/heroku-cd@1' }, ...config }) },
      orbs: { 'heroku-cd': orb },
      repository: join(folder, 'app'),
      branch: 'main',
      // The runner lets no job talk to the real Heroku; this helper talks to nobody.
      environment: { HEROKU_HOST: 'http://127.0.0.1:9' },
      job,
    });
  /** Each call of the helper: its words, the variables of its own, and the journal that it found. */
  const calls = (result: JobResult): [string[], Record<string, string>, string][] =>
    result.steps.flatMap(({ output }) =>
      [...output.matchAll(/^CALLED (.*)$/gm)].map(
        ([, json]) => JSON.parse(json ?? '') as [string[], Record<string, string>, string],
      ),
    );
  const statusOf = (result: JobResult, name: string) =>
    result.steps.find((step) => step.name === name)?.status;
  /** One of the orb's jobs as the whole of a workflow. */
  const only = (job: string, given: object) => ({
    workflows: { main: { jobs: [{ [`heroku-cd/${job}`]: { name: job, ...given } }] } },
  });

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
    const ran = result.steps.map(({ name }) => name);
    expect(ran.slice(-13)).toEqual([
      expect.stringMatching(/checkout/i),
      'Before',
      'Install heroku-cd',
      ...BEFORE_DEPLOYING,
      'Deploy to Heroku',
      'Make room for how it ended',
      'Keep how the run ended',
      'After',
      expect.stringMatching(/test results/i),
      expect.stringMatching(/artifact/i),
    ]);
    const [identified, ...deployed] = calls(result);
    expect(identified?.slice(0, 2)).toEqual([
      ['identify'],
      {
        HEROKU_CD_APP_NAME: 'it\'s "me" $(id)',
        HEROKU_CD_DEPLOYMENTS: '',
        HEROKU_CD_API_KEY: 'HEROKU_API_KEY',
      },
    ]);
    expect(deployed.map(([argv]) => argv.join(' '))).toEqual(['deploy --until window', 'deploy --from window']);
    for (const [, environment] of deployed) {
      expect(environment).toMatchObject({
        HEROKU_CD_APP_NAME: 'it\'s "me" $(id)',
        HEROKU_CD_API_KEY: 'HEROKU_API_KEY',
        HEROKU_CD_REVISION: '$CIRCLE_SHA1',
        HEROKU_CD_FORCE: '1',
        HEROKU_CD_BUILD_TIMEOUT: '3m',
      });
      expect(environment).not.toHaveProperty('HEROKU_CD_PAYLOAD');
    }
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
    expect(calls(result).map(([argv, { HEROKU_CD_APP_NAME: app }]) => [...argv, app])).toEqual([
      ['doctor', 'one'],
      ['identify', 'two'],
      ['deploy', '--until', 'window', 'two'],
      ['deploy', '--from', 'window', 'two'],
    ]);
  });

  it.each([
    ['looks', 'deploy --until window', 'Look before the first change', ['Keep how the app was found', 'Deploy to Heroku']],
    ['deploys', 'deploy --from window', 'Deploy to Heroku', []],
  ])(
    'fails the job when the helper refuses as it %s, and runs nothing after it but what keeps its result',
    async (_when, words, failing, skipped) => {
      const after = { 'post-deploy': [{ run: { name: 'After', command: 'echo after' } }] };
      const result = await rehearse('deploy', only('deploy', { 'app-name': 'one', revision: words, ...after }));
      expect(result.status).toBe('failed');
      expect(result.steps.find(({ name }) => name === failing)).toMatchObject({ status: 'failed', exitCode: 2 });
      for (const name of [...skipped, 'After']) expect(statusOf(result, name)).toBe('skipped');
      expect(statusOf(result, 'Keep how the run ended')).toBe('success');
      expect(result.steps.find(({ type }) => type === 'store_artifacts')?.status).toBe('success');
    },
  );

  describe('keeps the journal', () => {
    let caches: string;

    beforeEach(() => {
      caches = mkdtempSync(join(folder, 'caches-'));
    });

    /** The key under which a step has stored a cache. */
    const storedBy = (result: JobResult, name: string) => {
      const output = result.steps.find((step) => step.name === name)?.output ?? '';
      return /^Stored Cache to (.*)$/m.exec(output)?.[1];
    };
    const checksum = (app: string) => createHash('sha256').update(`id of ${app}`).digest('base64');
    const found = (result: JobResult) => calls(result).map(([argv, , journal]) => [argv.join(' '), journal]);

    it('as it was before the first change and as it is at the end, under keys of the app and the job', async () => {
      const result = await rehearse('deploy', only('deploy', { 'app-name': 'one' }), caches);
      const prepared = storedBy(result, 'Keep how the app was found');
      const ended = storedBy(result, 'Keep how the run ended');
      expect(prepared).toMatch(/-prepared-\d+$/);
      expect(ended?.replace(/-ended-\d+$/, '')).toBe(prepared?.replace(/-prepared-\d+$/, ''));
      expect(prepared?.startsWith(`heroku-cd-1-${checksum('one')}-`)).toBe(true);
      expect(prepared).not.toContain('<no value>');
    });

    it('for the recovery of a job that failed in the midst of it', async () => {
      const given = { 'app-name': 'one', revision: 'deploy --from window' };
      expect((await rehearse('deploy', only('deploy', given), caches)).status).toBe('failed');
      const recovered = await rehearse('recover', only('recover', { 'app-name': 'one' }), caches);
      expect(recovered.status).toBe('success');
      expect(found(recovered)).toEqual([
        ['identify', ''],
        ['recover', 'deploy --until window;deploy --from window;'],
      ]);
      expect(storedBy(recovered, 'Keep how the recovery ended')).toMatch(/-recovered-\d+$/);

      // The next run finds the recovery's, which is the newest.
      const [, next] = found(await rehearse('deploy', only('deploy', { 'app-name': 'one' }), caches));
      expect(next).toEqual(['deploy --until window', 'deploy --until window;deploy --from window;recover;']);
    });

    it('of one app out of the reach of another', async () => {
      await rehearse('deploy', only('deploy', { 'app-name': 'one' }), caches);
      const other = await rehearse('recover', only('recover', { 'app-name': 'two' }), caches);
      expect(found(other)).toEqual([
        ['identify', ''],
        ['recover', ''],
      ]);
    });
  });

  it('hands commands that a shell will read over as they are written, to both halves of a migration', async () => {
    const commands = {
      'migrate-command': 'rake "db:migrate" VERSION=$VERSION; echo $(id) `id`',
      'before-migrate': "printf '%s\\n' \"$HEROKU_APP_NAME\" && true",
      'after-migrate': 'echo {{ done }} | tee $HOME/x',
    };
    const job = only('maintenance-wrapped-migrate', { 'app-name': 'one', push: false, ...commands });
    const result = await rehearse('maintenance-wrapped-migrate', job);
    expect(result.status).toBe('success');
    const [, ...halves] = calls(result);
    expect(halves.map(([argv]) => argv.join(' '))).toEqual(['migrate --until window', 'migrate --from window']);
    for (const [, environment] of halves) {
      expect(environment).toMatchObject({
        HEROKU_CD_PUSH: '0',
        HEROKU_CD_MIGRATE_COMMAND: commands['migrate-command'],
        HEROKU_CD_BEFORE_MIGRATE: commands['before-migrate'],
        HEROKU_CD_AFTER_MIGRATE: commands['after-migrate'],
      });
    }
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
