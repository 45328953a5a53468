import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCancelPoint } from '../../../src/rehearsal/workflow/cancel-points.ts';
import type { WorkflowOptions } from '../../../src/rehearsal/index.ts';
import { isRunning, removeFolders, temporaryFolder } from '../helpers.ts';
import { walkText } from './helpers.ts';
import type { Walked } from './helpers.ts';

afterEach(removeFolders);

const config = (steps: string, keys = ''): string => `
version: 2.1
jobs:
  deploy:
    docker: [{image: a}]
    ${keys}
    steps:
${steps
  .trim()
  .split('\n')
  .map((line) => `      ${line}`)
  .join('\n')}
  recover: {docker: [{image: a}], steps: [{run: echo recovering}]}
workflows:
  main:
    jobs:
      - deploy
      - recover: {requires: [{deploy: [failed, canceled]}]}
`;

async function cancel(point: string, steps: string, options: Partial<WorkflowOptions> = {}): Promise<Walked> {
  return walkText(config(steps), { cancelAt: [parseCancelPoint(point)], ...options });
}

describe('pressing the cancel button', () => {
  it('kills the step and what it started at once, runs nothing more of the job, and starts what waits for it', async () => {
    const folder = await temporaryFolder();
    const { ends, text, result } = await cancel(
      'deploy@Ship:/^pushing/',
      `
- run: {name: Before, background: true, command: 'echo $$ > "$FOLDER/background"; exec sleep 60'}
- run: {name: Ship, command: "trap 'echo cleaned' TERM EXIT; sleep 60 & echo $! > $FOLDER/child; setsid sleep 60 & echo $! > $FOLDER/daemon; echo $$ > $FOLDER/shell; echo pushing to heroku; wait"}
- run: {name: Always, when: always, command: echo always}
- run: {name: Failed, when: on_fail, command: echo on_fail}
- store_artifacts: {path: .}`,
      { environment: { FOLDER: folder }, mask: false },
    );
    expect(ends).toEqual({ deploy: 'canceled', recover: 'success' });
    expect(text).not.toMatch(/cleaned|always|on_fail|Uploading/);
    expect(text).toMatch(/pushing to heroku\n[\s\S]*recovering\n$/);
    expect(result.jobs[0]?.runs[0]?.steps.map(({ status }) => status)).toEqual([
      ...['background', 'canceled', 'canceled', 'canceled', 'canceled'],
    ]);
    expect(result.missedCancels).toEqual([]);
    for (const name of ['child', 'daemon', 'shell']) {
      expect(isRunning(Number(await readFile(join(folder, name), 'utf8')))).toBe(false);
    }
  });

  it('at the start of a step lets nothing of it happen', async () => {
    const folder = await temporaryFolder();
    const { ends } = await cancel('deploy@Ship', `- run: {name: Ship, command: 'touch "$FOLDER/shipped"'}`, {
      environment: { FOLDER: folder },
    });
    expect(ends).toEqual({ deploy: 'canceled', recover: 'success' });
    expect(existsSync(join(folder, 'shipped'))).toBe(false);
  });

  it.each([
    ['deploy@2', ['success', 'canceled', 'canceled']],
    ['deploy@echo one', ['canceled', 'canceled', 'canceled']],
    ['deploy@echo two', ['success', 'canceled', 'canceled']],
  ])('finds the step of %s', async (point, steps) => {
    const { ends, result } = await cancel(
      point,
      "- run: echo one\n- run: |\n    echo two\n    echo more\n- run: 'false'",
    );
    expect(ends.deploy).toBe('canceled');
    expect(result.jobs[0]?.runs[0]?.steps.map(({ status }) => status)).toEqual(steps);
  });

  it('prefers a name to a number', async () => {
    const { result } = await cancel('deploy@1', '- run: echo one\n- run: {name: "1", command: sleep 60}');
    expect(result.jobs[0]?.runs[0]?.steps.map(({ status }) => status)).toEqual(['success', 'canceled']);
  });

  it('at a step without a process ends the job after it', async () => {
    const { ends, text } = await cancel(
      'deploy@Saving cache',
      '- save_cache: {key: k, paths: [a]}\n- run: {when: always, command: echo always}',
    );
    expect(ends).toEqual({ deploy: 'canceled', recover: 'success' });
    expect(text).not.toMatch(/always/);
  });

  it('waits for a whole line, however it arrives', async () => {
    const step = (script: string): string => `- run: {name: Ship, command: ${JSON.stringify(script)}}`;
    const split = await cancel('deploy@Ship:/^half$/', step("printf ha; printf 'lf\\r\\n'; sleep 60"));
    expect(split.ends.deploy).toBe('canceled');
    const longer = await cancel('deploy@Ship:/^half$/', step("printf 'half'; printf ' way\\n'; printf half"));
    expect(longer.ends.deploy).toBe('success');
    const flagged = await cancel('deploy@Ship:/HALF/i', step('echo half; sleep 60'));
    expect(flagged.ends.deploy).toBe('canceled');
  });

  it('sees output as it is shown: masked', async () => {
    const { ends } = await cancel(
      'deploy@Ship:/key is \\*{4}$/',
      '- run: {name: Ship, command: "echo key is $KEY; sleep 60"}',
      {
        environment: { KEY: 'very-secret' },
      },
    );
    expect(ends.deploy).toBe('canceled');
  });

  it('stops the other nodes of a parallel job', async () => {
    const { result } = await walkText(
      config(
        '- run: {name: Ship, command: echo "node $CIRCLE_NODE_INDEX"; test "$CIRCLE_NODE_INDEX" = 0 || sleep 60}',
        'parallelism: 3',
      ).replace(/command: (echo .*)\}/, (_, command: string) => `command: ${JSON.stringify(command)}}`),
      { cancelAt: [{ job: 'deploy', step: 1, after: /node 1/g }] },
    );
    expect(result.jobs[0]?.status).toBe('canceled');
    expect(result.jobs[0]?.runs.map(({ status }) => status)).toEqual(['success', 'canceled']);
  });

  it('says when it had no occasion to', async () => {
    const missed = async (point: string, steps: string): Promise<unknown> =>
      (await cancel(point, steps)).result.missedCancels;
    expect(await missed('deploy@Ship:/never/', '- run: {name: Ship, command: echo shipped}')).toEqual([
      { point: 'deploy@Ship:/never/', because: 'no line of the step matched' },
    ]);
    expect(await missed('deploy@Ship', "- run: 'false'\n- run: {name: Ship, command: echo shipped}")).toEqual(
      [{ point: 'deploy@Ship', because: 'the step did not start' }],
    );
    expect(await missed('recover@1', "- run: 'true'")).toEqual([
      { point: 'recover@1', because: 'the job did not start' },
    ]);
  });

  it('at several points ends each job at the first of its own', async () => {
    const { ends, result } = await walkText(config('- run: echo one\n- run: echo two'), {
      cancelAt: [
        { job: 'deploy', step: 2 },
        { job: 'deploy', step: 1 },
        { job: 'recover', step: 1 },
      ],
    });
    expect(ends).toEqual({ deploy: 'canceled', recover: 'canceled' });
    expect(result.missedCancels.map(({ point }) => point)).toEqual(['deploy@2']);
  });

  it.each([
    ['deploy', '--cancel takes JOB@STEP or JOB@STEP:/regex/, not "deploy".'],
    ['@Ship', '--cancel takes JOB@STEP or JOB@STEP:/regex/, not "@Ship".'],
    ['deploy@', '--cancel takes JOB@STEP or JOB@STEP:/regex/, not "deploy@".'],
    ['deploy@Ship:/(/', /^--cancel deploy@Ship:\/\(\/: Invalid regular expression/],
    ['ship@Ship', '--cancel ship@Ship: there is no job ship; there is deploy, recover.'],
    [
      'deploy@Shop',
      '--cancel deploy@Shop: the job has no such step; its steps are: 1 Ship, 2 Twice, 3 Twice.',
    ],
    ['deploy@4', /no such step/],
    ['deploy@0', /no such step/],
    ['deploy@Twice', '--cancel deploy@Twice: several steps have that name; take one of the numbers 2, 3.'],
  ])('refuses %s', async (point, message) => {
    const steps =
      '- run: {name: Ship, command: a}\n- run: {name: Twice, command: a}\n- run: {name: Twice, command: b}';
    await expect((async () => cancel(point, steps))()).rejects.toThrow(message);
  });

  it('takes the job that an entry invokes where that is clear, and refuses approvals', async () => {
    const text = config("- run: {name: Ship, command: 'true'}")
      .replace(
        '- deploy\n',
        '- deploy: {name: shop}\n      - hold: {type: approval}\n      - recover: {name: again}\n',
      )
      .replace('{deploy: [', '{shop: [');
    const at = async (job: string): Promise<Walked> => walkText(text, { cancelAt: [{ job, step: 1 }] });
    expect((await at('deploy')).ends.shop).toBe('canceled');
    await expect(at('hold')).rejects.toThrow('hold is a job of type approval: it has no steps.');
    await expect(at('recover')).resolves.toMatchObject({ ends: { recover: 'not_run' } });
    const twice = text.replace('- recover: {requires', '- recover: {name: third, requires');
    await expect(walkText(twice, { cancelAt: [{ job: 'recover', step: 1 }] })).rejects.toThrow(
      'recover is invoked several times: take one of again, third.',
    );
  });
});
