import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Heard, isRunning, removeFolders, runSteps, temporaryFolder } from '../helpers.ts';

afterEach(removeFolders);

async function pidIn(folder: string, name: string): Promise<number> {
  return Number(await readFile(join(folder, name), 'utf8'));
}

describe('ending a job from outside', () => {
  const steps = (first: string): string => `
- run: ${JSON.stringify(first)}
- run: {when: always, command: echo always}
- run: {when: on_fail, command: echo on_fail}
- store_artifacts: {path: .}`;

  it('with SIGTERM lets a step clean up, and runs no `when` step', async () => {
    const heard = new Heard();
    const terminate = new AbortController();
    const running = runSteps(steps("trap 'echo cleaned up; exit 143' TERM; echo ready; sleep 60 & wait $!"), {
      terminate: terminate.signal,
      output: { write: heard.write },
    });
    await heard.until(/ready/);
    terminate.abort();
    const result = await running;
    expect(result.status).toBe('canceled');
    expect(result.steps.map(({ status }) => status)).toEqual([
      'canceled',
      'canceled',
      'canceled',
      'canceled',
    ]);
    expect(result.steps[0]).toMatchObject({ exitCode: 143, reason: 'the job was canceled' });
    expect(heard.all).toMatch(/ready\ncleaned up\n/);
    expect(heard.all).not.toMatch(/always|on_fail/);
  });

  it('with SIGTERM waits for a child that cleans up longer than its shell lives', async () => {
    const folder = await temporaryFolder();
    const heard = new Heard();
    const terminate = new AbortController();
    const child = `process.on('SIGTERM', () => setTimeout(() => { console.log('child is done'); process.exit(1); }, 300)); setInterval(() => {}, 1000); console.log('ready');`;
    const running = runSteps(steps(`node -e "$CHILD"; echo never`), {
      environment: { CHILD: child, FOLDER: folder },
      mask: false,
      terminate: terminate.signal,
      output: { write: heard.write },
    });
    await heard.until(/ready/);
    terminate.abort();
    expect((await running).status).toBe('canceled');
    expect(heard.all).toMatch(/child is done/);
    expect(heard.all).not.toMatch(/never/);
  });

  it('with SIGTERM kills what does not heed it after the grace', async () => {
    const folder = await temporaryFolder();
    const heard = new Heard();
    const terminate = new AbortController();
    const running = runSteps(
      steps('trap "" TERM; echo $$ > "$FOLDER/pid"; echo ready; while :; do sleep 1; done'),
      {
        environment: { FOLDER: folder },
        terminate: terminate.signal,
        terminationGraceMs: 200,
        output: { write: heard.write },
      },
    );
    await heard.until(/ready/);
    terminate.abort();
    expect((await running).status).toBe('canceled');
    expect(isRunning(await pidIn(folder, 'pid'))).toBe(false);
  });

  it('with a cancel kills at once: no trap runs', async () => {
    const heard = new Heard();
    const cancel = new AbortController();
    const running = runSteps(steps("trap 'echo cleaned up' TERM EXIT; echo ready; sleep 60 & wait $!"), {
      cancel: cancel.signal,
      output: { write: heard.write },
    });
    await heard.until(/ready/);
    cancel.abort();
    const result = await running;
    expect(result.status).toBe('canceled');
    expect(result.steps[0]).toMatchObject({ status: 'canceled', exitCode: null });
    expect(heard.all).not.toMatch(/cleaned up|always/);
  });

  it('before it began runs nothing', async () => {
    const result = await runSteps(steps('echo never'), { cancel: AbortSignal.abort() });
    expect(result.steps.map(({ status, output }) => [status, output])).toEqual(
      Array(4).fill(['canceled', '']),
    );
  });

  it('ends the pause before a rerun', async () => {
    const heard = new Heard();
    const terminate = new AbortController();
    const running = runSteps('- run: {max_auto_reruns: 1, auto_rerun_delay: 10m, command: exit 1}', {
      terminate: terminate.signal,
      output: { write: heard.write },
    });
    await heard.until(/Automatic rerun/);
    terminate.abort();
    expect((await running).status).toBe('canceled');
  });
});

describe('what a job leaves behind', () => {
  const ended = async (folder: string, names: string[]): Promise<boolean[]> =>
    Promise.all(names.map(async (name) => isRunning(await pidIn(folder, name))));

  it('lives on between its steps, and is gone when the job is over', async () => {
    const folder = await temporaryFolder();
    const result = await runSteps(
      `
- run: |
    sleep 60 & echo $! > "$FOLDER/plain"
    nohup sleep 60 > /dev/null 2>&1 & echo $! > "$FOLDER/nohup"
    setsid sh -c 'echo $$ > "$FOLDER/session"; exec sleep 60' &
    env -i sh -c 'echo $$ > "$1"; exec sleep 60' sh "$FOLDER/bare" &
    while [ ! -s "$FOLDER/session" ] || [ ! -s "$FOLDER/bare" ]; do sleep 0.05; done
- run: for name in plain nohup session bare; do kill -0 $(cat "$FOLDER/$name"); done`,
      { environment: { FOLDER: folder } },
    );
    expect(result.status).toBe('success');
    expect(await ended(folder, ['plain', 'nohup', 'session', 'bare'])).toEqual([false, false, false, false]);
  });

  it('is gone after a cancel too', async () => {
    const folder = await temporaryFolder();
    const heard = new Heard();
    const cancel = new AbortController();
    const running = runSteps(
      `- run: setsid sh -c 'echo $$ > "$FOLDER/session"; echo ready; exec sleep 60' & wait`,
      { environment: { FOLDER: folder }, cancel: cancel.signal, output: { write: heard.write } },
    );
    await heard.until(/ready/);
    cancel.abort();
    await running;
    expect(await ended(folder, ['session'])).toEqual([false]);
  });

  it('holds no folder: HOME and all else is removed', async () => {
    const { output } = (await runSteps('- run: echo "$HOME"')).steps[0] ?? { output: '' };
    const { existsSync } = await import('node:fs');
    expect(output).toMatch(/heroku-cd-rehearsal/);
    expect(existsSync(join(output.trim(), '..'))).toBe(false);
  });
});
