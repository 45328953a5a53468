import { dirname } from 'node:path';
import { OWN_JOURNAL_FILE } from '../../src/helper/edge/file-store.ts';
import { PARAMETERS } from '../../src/parameters/index.ts';
import { walkSteps } from '../../src/orb/checks/walk.ts';
import { REPORT_DIRECTORY, STATE_DIRECTORY } from '../../src/orb/state-directory.ts';
import { fromYaml } from '../../src/orb/tree/index.ts';
import { checkedOrb } from './support/orb.ts';

interface Step {
  readonly name: string;
  readonly args: {
    readonly name?: string;
    readonly key?: string;
    readonly keys?: readonly string[];
    readonly paths?: readonly string[];
    readonly when?: string;
    readonly environment?: Readonly<Record<string, string>>;
  };
}

type Bodies = Record<string, { steps: unknown[]; parameters?: Record<string, unknown> }>;
const { commands, jobs } = fromYaml(checkedOrb().packed) as { commands: Bodies; jobs: Bodies };
const stepsOf = (command: string) => walkSteps(commands[command]?.steps) as Step[];
const saving = (command: string) => stepsOf(command).filter(({ name }) => name === 'save_cache');
const restoring = (command: string) => stepsOf(command).filter(({ name }) => name === 'restore_cache');

const JOB = '{{ .Environment.CIRCLE_WORKFLOW_ID }}-{{ .Environment.CIRCLE_WORKFLOW_JOB_ID }}';
const WINDOWED = [
  ['deploy', 'deploy'],
  ['maintenance-wrapped-migrate', 'migrate'],
  ['open-window', 'window open'],
] as const;
const DEPLOYING = ['deploy', 'maintenance-wrapped-migrate'];
const CACHING = [
  'close-window',
  'deploy',
  'maintenance-wrapped-migrate',
  'open-window',
  'recover',
  'restore-database',
  'rollback',
  'set-maintenance-page',
];
/** Those of them that have a job around them. */
const JOBS = CACHING.filter((command) => jobs[command] !== undefined);

describe.each(WINDOWED)('the cache around %s', (command, helper) => {
  it('is saved before the first change, and in any case at the end', () => {
    const order = stepsOf(command).map(({ name, args }) => args?.environment?.['HEROKU_CD_COMMAND_LINE'] ?? name);
    expect(order).toEqual([
      'when',
      'install',
      'identify',
      'restore_cache',
      `${helper} --until window`,
      'save_cache',
      `${helper} --from window`,
      'run',
      'save_cache',
    ]);
    // What was not found out must not be kept as the state before the first change.
    expect(saving(command).map(({ args }) => args.when)).toEqual([undefined, 'always']);
  });

  it('has a key of its own for each stage of each job', () => {
    expect(saving(command).map(({ args }) => args.key)).toEqual([
      `heroku-cd-1-{{ checksum ".heroku-cd/own-journal" }}-${JOB}-prepared-{{ epoch }}`,
      `heroku-cd-1-{{ checksum ".heroku-cd/own-journal" }}-${JOB}-ended-{{ epoch }}`,
    ]);
  });
});

describe.each([
  ['recover', 'recover', 'recovered'],
  ['close-window', 'window close', 'ended'],
  ['rollback', 'rollback', 'ended'],
  ['restore-database', 'backup restore', 'ended'],
])('the cache around %s', (command, helper, stage) => {
  it('is read before it acts and saved in any case after it', () => {
    const order = stepsOf(command).map(({ name, args }) => args?.environment?.['HEROKU_CD_COMMAND_LINE'] ?? name);
    expect(order).toEqual(['when', 'install', 'identify', 'restore_cache', helper, 'run', 'save_cache']);
    expect(saving(command)).toMatchObject([
      {
        args: {
          key: `heroku-cd-1-{{ checksum ".heroku-cd/own-journal" }}-${JOB}-${stage}-{{ epoch }}`,
          when: 'always',
        },
      },
    ]);
  });
});

describe('every cache', () => {
  it('is saved by no command but these', () => {
    const found = Object.keys(commands).filter((command) => saving(command).length + restoring(command).length > 0);
    expect(found).toEqual(CACHING);
  });

  it('that one command has saved is found by all of them', () => {
    const keys = CACHING.flatMap((command) => saving(command).map(({ args }) => args.key ?? ''));
    const prefixes = CACHING.flatMap((command) => restoring(command).flatMap(({ args }) => args.keys ?? []));
    expect(prefixes).toHaveLength(CACHING.length);
    expect(new Set(keys).size).toBe(3);
    for (const prefix of prefixes) {
      // Both files hold the app's id, the second one once the run has a journal of its own.
      for (const key of keys) expect(key.replace('own-journal', 'app-id').startsWith(prefix)).toBe(true);
      // The app's checksum stands in it whole: the prefix finds no other app's.
      expect(prefix).toMatch(/ \}\}-$/);
    }
  });

  it('has what its last key is made from, however early the job failed, and nothing is written where it did not', () => {
    for (const command of CACHING.filter((one) => saving(one).length > 0)) {
      const last = stepsOf(command).findLast(({ name }) => name === 'run');
      expect(last?.args).toMatchObject({ when: 'on_fail', command: expect.stringContaining(OWN_JOURNAL_FILE) as unknown });
    }
  });

  it('is of the state directory; the jobs keep what is reported, which no cache brings back', () => {
    for (const command of CACHING) {
      for (const { args } of saving(command)) expect(args.paths).toEqual([STATE_DIRECTORY]);
    }
    for (const job of JOBS) {
      expect(jobs[job]?.steps.slice(-2)).toEqual([
        { store_test_results: { path: REPORT_DIRECTORY } },
        { store_artifacts: { path: REPORT_DIRECTORY, destination: 'heroku-cd' } },
      ]);
      for (const { args } of stepsOf(job)) {
        const command = args?.environment?.['HEROKU_CD_COMMAND_LINE'];
        if (command === undefined || command === 'identify') continue;
        expect([command, args.environment?.['HEROKU_CD_REPORT_DIRECTORY']]).toEqual([command, REPORT_DIRECTORY]);
      }
    }
    // CircleCI takes no test results from a hidden folder, and the journal must not be among them.
    expect(REPORT_DIRECTORY).not.toMatch(/\/\./);
  });

  it('has a key from the files that identify writes', () => {
    const file = PARAMETERS.find(({ name }) => name === 'app-id-file')?.default;
    const checksumOf = (key = '') => /checksum "([^"]*)"/.exec(key)?.[1];
    expect(dirname(OWN_JOURNAL_FILE)).toBe(dirname(String(file)));
    for (const command of CACHING) {
      for (const { args } of restoring(command)) expect(args.keys?.map(checksumOf)).toEqual([file]);
      for (const { args } of saving(command)) expect(checksumOf(args.key)).toBe(OWN_JOURNAL_FILE);
    }
  });
});

describe('the jobs around these commands', () => {
  it.each(JOBS)('%s hands every parameter on, and always installs', (name) => {
    const { install, ...taken } = commands[name]?.parameters ?? {};
    expect(install).toMatchObject({ default: true });
    const call = (jobs[name]?.steps ?? []).find((step) => typeof step === 'object' && step !== null && name in step);
    expect((call as Record<string, unknown>)[name]).toEqual(
      Object.fromEntries(Object.keys(taken).map((parameter) => [parameter, `<< parameters.${parameter} >>`])),
    );
    expect(jobs[name]?.parameters).toMatchObject(taken);
  });

  it('check out where they deploy, with room for the steps of a user, and nowhere else', () => {
    // Deploy markers are no part of it where `deploy-environment` is empty.
    const around = (name: string) =>
      (jobs[name]?.steps ?? []).filter((step) => !/"app-name"|parameters.deploy-environment|parameters.deployments/.test(JSON.stringify(step)));
    const kept = [{ store_test_results: expect.anything() as unknown }, { store_artifacts: expect.anything() as unknown }];
    for (const name of DEPLOYING) {
      expect(around(name)).toEqual([
        { checkout: { method: 'full' } },
        { steps: '<< parameters.pre-deploy >>' },
        { steps: '<< parameters.post-deploy >>' },
        ...kept,
      ]);
    }
    for (const name of JOBS.filter((one) => !DEPLOYING.includes(one))) {
      expect(around(name)).toEqual(kept);
    }
    expect(jobs['recover']?.parameters).not.toHaveProperty('pre-deploy');
  });

  it('end where nothing is deployed, as jobs alone may, before all else', () => {
    const halting = /goes-nowhere|GOES_NOWHERE|step halt/;
    for (const [name, { steps }] of Object.entries(jobs)) {
      expect([name, halting.test(JSON.stringify(steps[0]))]).toEqual([name, DEPLOYING.includes(name)]);
      expect(JSON.stringify(steps.slice(1))).not.toMatch(halting);
    }
    expect(JSON.stringify(commands)).not.toMatch(halting);
    expect(jobs['deploy']?.steps[0]).toMatchObject({ when: { condition: '<< parameters.deployments >>' } });
  });

  it('take the parameters of their half of the work alone', () => {
    expect(jobs['recover']?.parameters).toHaveProperty('release-hold');
    expect(jobs['recover']?.parameters).not.toHaveProperty('revision');
    expect(jobs['recover']?.parameters).not.toHaveProperty('migrate-command');
    expect(jobs['maintenance-wrapped-migrate']?.parameters).toHaveProperty('push');
    expect(jobs['deploy']?.parameters).not.toHaveProperty('push');
    for (const { parameters } of [...Object.values(jobs), ...Object.values(commands)]) {
      for (const own of ['until', 'from', 'app-id-file']) expect(parameters ?? {}).not.toHaveProperty(own);
    }
  });
});
