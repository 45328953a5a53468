import { reasonOf, walkJobs, walkText } from './helpers.ts';
import type { WorkflowOptions } from '../../../src/rehearsal/index.ts';

const STATUSES = ['success', 'failed', 'canceled', 'unauthorized', 'not_run', 'terminal'];

describe('requirements of a job', () => {
  const commands = { red: 'exit 1', first: 'true', next: 'echo "$CIRCLE_JOB runs"' };
  const dependants = STATUSES.map((status) => `next: {name: on-${status}, requires: [{first: ${status}}]}`);

  it.each<[string, string, Partial<WorkflowOptions>, string]>([
    ['success', 'first', {}, 'true'],
    ['failed', 'first', {}, 'exit 3'],
    ['canceled', 'first', { cancelAt: [{ job: 'first', step: 'Work' }] }, 'sleep 60'],
    ['unauthorized', 'first: {context: [secret]}', { deniedContexts: ['secret'] }, 'true'],
    ['not_run', 'first: {requires: [red]}', {}, 'true'],
  ])('are met by %s where they name it, or `terminal`', async (end, first, options, command) => {
    const { ends, text } = await walkJobs(
      { ...commands, first: command },
      ['red', first, ...dependants],
      options,
    );
    expect(ends.first).toBe(end);
    const started = STATUSES.filter((status) => ends[`on-${status}`] === 'success');
    expect(started).toEqual([end, 'terminal']);
    for (const status of STATUSES) {
      const runs = started.includes(status);
      expect(ends[`on-${status}`]).toBe(runs ? 'success' : 'not_run');
      expect(text.includes(`on-${status} runs`)).toBe(runs);
    }
  });

  it('named without a status want success', async () => {
    const walked = await walkJobs(commands, ['next: {requires: [red]}', 'red']);
    expect(walked.ends).toEqual({ red: 'failed', next: 'not_run' });
    expect(reasonOf(walked, 'next')).toBe('it requires red to end as success, not failed');
    expect(reasonOf(walked, 'red')).toBe('step 1 (Work) failed');
    expect(walked.result.status).toBe('failed');
  });

  it('may list several ends', async () => {
    const list = (wanted: string): string[] => ['red', `next: {requires: [{red: ${wanted}}]}`];
    expect((await walkJobs(commands, list('[canceled, failed]'))).ends.next).toBe('success');
    const walked = await walkJobs(commands, list('[canceled, not_run]'));
    expect(reasonOf(walked, 'next')).toBe('it requires red to end as canceled or not_run, not failed');
  });

  it('must all be met', async () => {
    const { ends } = await walkJobs(commands, [
      'first',
      'red',
      'next: {name: both, requires: [first, {red: failed}]}',
      'next: {name: one, requires: [first, red]}',
    ]);
    expect(ends).toMatchObject({ both: 'success', one: 'not_run' });
  });

  it('reach through jobs that did not run', async () => {
    const { ends } = await walkJobs(commands, [
      'red',
      'next: {name: second, requires: [red]}',
      'next: {name: third, requires: [second]}',
      'next: {name: sweep, requires: [{third: terminal}]}',
    ]);
    expect(ends).toEqual({ red: 'failed', second: 'not_run', third: 'not_run', sweep: 'success' });
  });
});

describe('a deployment behind its tests', () => {
  const commands = {
    test: 'test "$(cat result 2>/dev/null)" = red && exit 1; true',
    deploy: 'echo deploying; echo deployed; sleep 60',
    recover: 'echo recovering',
  };
  const list = ['test', 'deploy: {requires: [test]}', 'recover: {requires: [{deploy: [failed, canceled]}]}'];

  it('does not start when a test is red, and neither does the recovery', async () => {
    const { ends, text, result } = await walkJobs({ ...commands, test: 'exit 1' }, list);
    expect(ends).toEqual({ test: 'failed', deploy: 'not_run', recover: 'not_run' });
    expect(result.status).toBe('failed');
    expect(text).not.toMatch(/deploying|recovering/);
  });

  it('is recovered from when it is canceled', async () => {
    const walked = await walkJobs(commands, list, {
      cancelAt: [{ job: 'deploy', step: 'Work', after: /^deployed$/ }],
    });
    expect(walked.ends).toEqual({ test: 'success', deploy: 'canceled', recover: 'success' });
    expect(walked.result.status).toBe('canceled');
    expect(walked.text).toMatch(/deploying\ndeployed\n[\s\S]*recovering\n$/);
    expect(reasonOf(walked, 'deploy')).toBe('--cancel deploy@Work:/^deployed$/');
  });

  it('is recovered from when it fails, and needs no recovery when it succeeds', async () => {
    const failed = await walkJobs({ ...commands, deploy: 'exit 1' }, list);
    expect(failed.ends).toEqual({ test: 'success', deploy: 'failed', recover: 'success' });
    expect(failed.result.status).toBe('failed');
    const well = await walkJobs({ ...commands, deploy: 'true' }, list);
    expect(well.ends).toEqual({ test: 'success', deploy: 'success', recover: 'not_run' });
    expect(well.result.status).toBe('success');
  });
});

describe('the order of the jobs', () => {
  const say = 'echo "$CIRCLE_JOB"';

  it('is that of the configuration where requirements leave it open', async () => {
    const { text, result } = await walkJobs({ a: say, b: say, c: say, d: say }, [
      'd: {requires: [b]}',
      'c',
      'b',
      'a',
    ]);
    expect(text).toBe('c\nb\nd\na\n');
    expect(result.jobs.map(({ name }) => name)).toEqual(['c', 'b', 'd', 'a']);
  });
});

describe('kinds of jobs', () => {
  it('of a matrix are required together and one by one', async () => {
    const text = `
version: 2.1
jobs:
  test: {parameters: {v: {type: integer}}, docker: [{image: a}], steps: [{run: 'echo "v<< parameters.v >>"; test << parameters.v >> != 2'}]}
  next: {docker: [{image: a}], steps: [{run: 'echo "$CIRCLE_JOB"'}]}
workflows:
  main:
    jobs:
      - test: {matrix: {parameters: {v: [1, 2, 3]}}}
      - next: {name: after-all, requires: [test]}
      - next: {name: after-one, requires: [test-1]}
`;
    const { ends, text: written } = await walkText(text);
    expect(ends).toEqual({
      ...{ 'test-1': 'success', 'test-2': 'failed', 'test-3': 'success' },
      ...{ 'after-all': 'not_run', 'after-one': 'success' },
    });
    expect(written).toContain('v1\n');
    expect(written).toContain('v3\n');
  });

  it('without steps count as done', async () => {
    const text = `
version: 2.1
jobs:
  gate: {type: no-op}
  ship: {type: release, plan_name: p}
  next: {docker: [{image: a}], steps: [{run: echo next}]}
workflows: {main: {jobs: [gate, {ship: {requires: [gate]}}, {next: {requires: [ship]}}]}}
`;
    const walked = await walkText(text);
    expect(walked.ends).toEqual({ gate: 'success', ship: 'success', next: 'success' });
    expect(reasonOf(walked, 'gate')).toBeUndefined();
    expect(reasonOf(walked, 'ship')).toBe('a rehearsal does nothing for a job of type release');
  });

  it('with parallelism run on every node, and one red node makes the job red', async () => {
    const text = `
version: 2.1
jobs:
  test: {docker: [{image: a}], parallelism: 3, steps: [{run: {name: Work, command: 'echo "$CIRCLE_NODE_INDEX/$CIRCLE_NODE_TOTAL"; test "$CIRCLE_NODE_INDEX" != 1'}}]}
workflows: {main: {jobs: [test]}}
`;
    const walked = await walkText(text);
    expect(walked.text).toMatch(/0\/3\n1\/3\n[\s\S]*2\/3\n$/);
    expect(walked.result.jobs[0]?.runs.map(({ status }) => status)).toEqual(['success', 'failed', 'success']);
    expect(reasonOf(walked, 'test')).toBe('node 1: step 1 (Work) failed');
    expect(walked.result.status).toBe('failed');
  });

  it('that were halted count as succeeded and say so', async () => {
    const walked = await walkJobs({ a: 'circleci step halt', b: 'true' }, ['a', 'b: {requires: [a]}']);
    expect(walked.ends).toEqual({ a: 'success', b: 'success' });
    expect(reasonOf(walked, 'a')).toBe('it was halted');
  });
});
