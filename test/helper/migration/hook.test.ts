import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../../src/helper/errors.ts';
import { runHook } from '../../../src/helper/migration/hook.ts';
import { createClock } from '../../../src/helper/time/time-lapse.ts';
import { RecordingLog } from '../../support/recording-log.ts';

let log: RecordingLog;
beforeEach(() => {
  log = new RecordingLog();
});

const { PATH } = process.env;

function run(command: string, signal = new AbortController().signal, environment = { PATH }): Promise<void> {
  const clock = createClock(50);
  return runHook({ parameter: 'before-migrate', command, environment, log, clock, signal });
}

/** Runs a command that prints its process id first, and stops it then. */
async function stopAtFirstLine(command: string): Promise<{ ids: number[]; stopped: Promise<unknown> }> {
  const stop = new AbortController();
  const stopped = run(command, stop.signal).catch((error: unknown) => error);
  while (log.outputs.length === 0) await delay(5);
  stop.abort(new Error('stopped'));
  return { ids: log.outputs.flatMap((line) => line.match(/\d+/g) ?? []).map(Number), stopped };
}

async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      // There is no such process any more.
      return;
    }
    await delay(5);
  }
}

describe('a hook', () => {
  it('streams what it prints on either stream, and has no input', async () => {
    await run('echo one; cat; echo two >&2; printf three');
    expect(log.infos).toEqual(['before-migrate: echo one; cat; echo two >&2; printf three']);
    expect([...log.outputs].sort()).toEqual([
      'before-migrate: one',
      'before-migrate: three',
      'before-migrate: two',
    ]);
  });

  it.each<[string, string, string]>([
    ['its exit status', 'exit 9', 'exit status 9'],
    ['its first command that fails', 'false; true', 'exit status 1'],
    ['a pipe of which a part fails', 'false | cat', 'exit status 1'],
    ['a signal', 'kill -9 $$', 'SIGKILL'],
    ['a command that is not there', 'no-such-command', 'exit status 127'],
  ])('fails by %s', async (_what, command, said) => {
    const error = await run(command).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({
      what: `before-migrate: the command ended with ${said}.`,
      next: expect.stringContaining('`before-migrate`'),
      parameter: 'before-migrate',
    });
  });

  it('says so where there is no bash', async () => {
    await expect(run('true', undefined, { PATH: '/nowhere' })).rejects.toMatchObject({
      verdict: 'failed',
      what: expect.stringMatching(/^before-migrate: bash could not be started: .*ENOENT/),
      next: expect.stringContaining('an image that has bash'),
    });
  });

  it('does not begin after its signal', async () => {
    await expect(run('echo never', AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    expect(log.all).toBe('');
  });

  it('does not wait for what it left running', async () => {
    await run('sleep 60 & echo $!');
    const [pid] = log.outputs.flatMap((line) => line.match(/\d+/g) ?? []).map(Number);
    process.kill(pid ?? 0, 'SIGKILL');
  });

  it('ends with its signal’s reason, even where it takes that for a success', async () => {
    const { stopped } = await stopAtFirstLine(`trap 'exit 0' TERM; echo 0; sleep 60 & wait`);
    expect(await stopped).toEqual(new Error('stopped'));
  });

  it('is killed when it does not obey', async () => {
    const { ids, stopped } = await stopAtFirstLine(`trap '' TERM; echo $$; while true; do sleep 0.1; done`);
    expect(await stopped).toEqual(new Error('stopped'));
    await untilGone(ids[0] ?? 0);
  });

  it('leaves nothing behind when it is stopped, not even what does not obey', async () => {
    const { ids, stopped } = await stopAtFirstLine(
      `bash -c 'trap "" TERM; while true; do sleep 0.1; done' & echo $!; wait`,
    );
    expect(await stopped).toEqual(new Error('stopped'));
    await untilGone(ids[0] ?? 0);
  });
});

test('a hook that may not be stopped, as one behind sudo, is not waited for, and that is said', async () => {
  const kill = process.kill.bind(process);
  // A machine where tests run as root has no process that they may not stop.
  const spy = jest.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    if (pid < 0) throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    return kill(pid, signal);
  });
  const { ids, stopped } = await stopAtFirstLine('echo $$; exec sleep 60');
  try {
    expect(await stopped).toBeInstanceOf(Failure);
    expect(String(await stopped)).toContain('could not be stopped');
  } finally {
    spy.mockRestore();
    for (const id of ids) process.kill(id, 'SIGKILL');
  }
});
