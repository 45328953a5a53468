import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromYaml } from '../../../src/orb/tree/index.ts';
import { checkedOrb, type RunStep } from '../support/orb.ts';
import { Place, runStep, type Ended } from '../support/shell.ts';

type Job = 'deploy' | 'maintenance-wrapped-migrate' | 'rollback';
type When = 'begin' | 'succeeded' | 'failed';

interface RawStep {
  readonly run?: RunStep & { readonly when?: string };
  readonly when?: { readonly condition: string; readonly steps: readonly RawStep[] };
}
const orb = fromYaml(checkedOrb().packed) as { jobs: Record<Job, { steps: readonly RawStep[] }> };

/** The marker's steps of a job of the packed orb, which are all under one condition. */
function markers(job: Job): readonly NonNullable<RawStep['run']>[] {
  return orb.jobs[job].steps.flatMap(({ when }) =>
    when?.condition === '<< parameters.deploy-environment >>'
      ? when.steps.flatMap(({ run }) => (run === undefined ? [] : [run]))
      : [],
  );
}

/** Stands for CircleCI's executable: writes down how it was called. */
const RECORDER = `#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word"; done >> "$CALLS"
echo . >> "$CALLS"
`;
const COMMIT = '0123456789012345678901234567890123456789';

let place: Place;

beforeEach(() => {
  place = new Place();
  mkdirSync(join(place.root, 'bin'));
  symlinkSync(process.execPath, join(place.root, 'bin', 'node'));
});
afterEach(() => place.remove());

async function tell(
  when: When,
  given: Readonly<Record<string, string | undefined>> = {},
  job: Job = 'deploy',
): Promise<Ended> {
  const step = markers(job).find(({ environment }) => environment['HEROKU_CD_MARKER_STEP'] === when);
  if (step === undefined) throw new Error(`The job ${job} has no such step.`);
  return runStep({
    step: { command: step.command, environment: step.environment },
    place,
    environment: {
      PATH: `${join(place.root, 'bin')}:/usr/bin:/bin`,
      CALLS: join(place.root, 'calls'),
      CIRCLE_JOB: 'deploy production',
      CIRCLE_SHA1: COMMIT,
      HEROKU_CD_DEPLOY_ENVIRONMENT: 'production',
      HEROKU_CD_APP_NAME: '$HEROKU_APP_NAME',
      HEROKU_APP_NAME: 'shop',
      HEROKU_CD_DEPLOYMENTS: '',
      HEROKU_CD_PUSH: '',
      ...(job === 'rollback' ? { HEROKU_CD_TARGET_VERSION: 'v12' } : { HEROKU_CD_REVISION: '$CIRCLE_SHA1' }),
      ...given,
    },
  });
}

/** Each call of `circleci` so far, without its first two words. */
function calls(): string[] {
  const file = join(place.root, 'calls');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n.\n')
    .filter(Boolean)
    .map((call) => call.replace(/^run\nrelease\n/, '').replaceAll('\n', ' '));
}

function reported(app: string, result: unknown): void {
  const folder = join(place.home, 'heroku-cd-reports', app);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
}

const PLAN = `plan deploy-production --environment-name=production --component-name=shop --target-version=${COMMIT}`;
const RUNNING = 'update deploy-production --status=RUNNING';
const green = (ended: Ended): unknown => expect(ended).toMatchObject({ code: 0, stderr: '' });

describe('where it stands', () => {
  it.each<Job>(['deploy', 'maintenance-wrapped-migrate', 'rollback'])('in %s: around the deployment', (job) => {
    expect(markers(job).map(({ when, environment }) => [environment['HEROKU_CD_MARKER_STEP'], when])).toEqual([
      ['begin', undefined],
      ['succeeded', undefined],
      ['failed', 'on_fail'],
    ]);
    const order = orb.jobs[job].steps.map((step) =>
      typeof step === 'string' ? step : (step.when?.steps[0]?.run?.environment['HEROKU_CD_MARKER_STEP'] ?? Object.values(step)[0]),
    );
    const [before, after] = ['<< parameters.pre-deploy >>', '<< parameters.post-deploy >>'].map((one) => order.indexOf(one));
    expect(order.indexOf('begin')).toBeLessThan(order.indexOf('succeeded'));
    if (job === 'rollback') return;
    expect(before).toBeLessThan(order.indexOf('begin'));
    // So that a step of the user's that fails afterwards takes nothing back.
    expect(order.indexOf('succeeded')).toBeLessThan(after ?? -1);
  });
});

describe('with circleci on the PATH', () => {
  beforeEach(() => place.program('circleci', RECORDER));

  it('plans and begins a deployment, and says that it has succeeded', async () => {
    green(await tell('begin'));
    expect(calls()).toEqual([PLAN, RUNNING]);
    green(await tell('succeeded'));
    green(await tell('failed'));
    expect(calls().slice(2)).toEqual(['update deploy-production --status=SUCCESS']);
  });

  it('says why it has failed, in one line', async () => {
    green(await tell('begin'));
    reported('shop', { app: 'shop', error: { what: `The release\n failed. ${'x'.repeat(300)}` } });
    green(await tell('failed'));
    const [, , update = ''] = calls();
    expect(update).toMatch(/^update deploy-production --status=FAILED --failure-reason=The release failed\. x+$/);
    expect(update.length).toBeLessThan(300);
  });

  it('has no reason but the log where nothing was reported since, or something that cannot be read', async () => {
    reported('shop', { app: 'shop', error: { what: 'An older one.' } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    green(await tell('begin'));
    mkdirSync(join(place.home, 'heroku-cd-reports', 'other'), { recursive: true });
    writeFileSync(join(place.home, 'heroku-cd-reports', 'other', 'result.json'), '{');
    green(await tell('failed'));
    expect(calls().at(-1)).toBe('update deploy-production --status=FAILED --failure-reason=See the log of the job.');
  });

  it('tells of a rollback as one', async () => {
    green(await tell('begin', {}, 'rollback'));
    expect(calls()[0]).toBe(
      'plan deploy-production --environment-name=production --component-name=shop --target-version=v12 --rollback',
    );
    green(await tell('begin', { HEROKU_CD_TARGET_VERSION: '<nil>' }, 'rollback'));
    expect(calls()[2]).toContain('--target-version=previous --rollback');
  });

  it.each([
    [{ CIRCLE_NODE_INDEX: '1' }],
    [{ CIRCLE_PR_NUMBER: '7' }],
    [{ CIRCLE_BRANCH: 'pull/7' }],
    [{ HEROKU_CD_PUSH: '0' }],
  ])('tells of none where nothing is deployed: %j', async (given) => {
    const ended = await tell('begin', given);
    expect(ended).toMatchObject({ code: 0, stdout: 'Nothing is deployed here, so CircleCI gets no deploy marker.\n' });
    green(await tell('succeeded', given));
    expect(calls()).toEqual([]);
  });

  it('waits for the result where `deployments` chooses the app, and tells of none where nothing was chosen', async () => {
    const given = { HEROKU_CD_DEPLOYMENTS: 'main: shop', HEROKU_CD_APP_NAME: '$NOT_SET' };
    green(await tell('begin', given));
    green(await tell('succeeded', given));
    expect(calls()).toEqual([]);

    green(await tell('begin', given));
    reported('shop', { app: 'shop', revision: COMMIT, error: null });
    green(await tell('succeeded', given));
    expect(calls()).toEqual([PLAN, RUNNING, 'update deploy-production --status=SUCCESS']);
  });

  it('hands hostile values over as they are, and runs none', async () => {
    const hostile = '$(touch pwned); `touch pwned`\ntouch pwned';
    green(await tell('begin', { HEROKU_CD_DEPLOY_ENVIRONMENT: hostile, HEROKU_CD_APP_NAME: hostile }));
    expect(readFileSync(join(place.root, 'calls'), 'utf8')).toContain(`--environment-name=${hostile}\n`);
    expect(existsSync(join(place.root, 'pwned'))).toBe(false);
  });

  it('prints nothing of the environment, whatever Node.js is asked to', async () => {
    const { stdout, stderr } = await tell('begin', { NODE_DEBUG: 'child_process', HEROKU_API_KEY: 'very-secret' });
    expect(stdout + stderr).not.toContain('very-secret');
  });
});

describe('without it', () => {
  it('says in one line that there is none, and goes on', async () => {
    const begun = await tell('begin');
    expect(begun).toMatchObject({ code: 0, stderr: '' });
    expect(begun.stdout).toBe('circleci run release plan did not work: it is not on the PATH of this job.\n');
    expect(await tell('succeeded')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('goes on where it fails', async () => {
    place.program('circleci', '#!/bin/sh\necho "first line" >&2\necho "Error: no such project" >&2\nexit 7\n');
    const begun = await tell('begin');
    expect(begun).toMatchObject({ code: 0, stderr: '' });
    expect(begun.stdout).toBe(
      'circleci run release plan did not work: it ended with 7 (Error: no such project).\n',
    );
    expect(await tell('failed')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('goes on where it fails at the end alone', async () => {
    place.program('circleci', RECORDER);
    green(await tell('begin'));
    place.program('circleci', '#!/bin/sh\nexit 1\n');
    expect(await tell('succeeded')).toMatchObject({ code: 0, stdout: expect.stringContaining('did not work') });
  });

  it('does not wait for one that hangs, nor for what that has started', async () => {
    place.program('circleci', '#!/bin/sh\nsleep 2\necho never\n');
    const begun = await tell('begin', { HEROKU_CD_MARKER_SECONDS: '0.2' });
    expect(begun).toMatchObject({ code: 0, stderr: '' });
    expect(begun.stdout).toBe('circleci run release plan did not work: it gave no answer in time.\n');
  });

  it('goes on without Node.js, and without a HOME', async () => {
    const ended = await tell('begin', { PATH: join(place.root, 'none') });
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('There is no node') });
    expect(await tell('begin', { HOME: undefined })).toMatchObject({ code: 0 });
  });
});
