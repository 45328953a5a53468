import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../errors.ts';
import { WholeLines } from '../heroku/lines.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** A shell command of the job, such as `before-migrate`. */
export interface Hook {
  readonly parameter: 'before-migrate' | 'after-migrate';
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly clock: Clock;
  /** Ends the command: an interruption, or the limit that it may run for. */
  readonly signal: AbortSignal;
}

/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 10_000;
/** For what the command's last lines need, once it has ended; a child in its background may hold the pipe. */
const DRAIN_MS = 1_000;

/**
 * Runs a command of the user's in the job, by the same shell and options as CircleCI's steps, and streams
 * its output.
 * @throws Failure when it exits with anything but 0, or cannot be started; the signal's reason when it was
 * stopped: then nothing of what it had started is left.
 */
export async function runHook(hook: Hook): Promise<void> {
  const { parameter, command, log, clock, signal } = hook;
  signal.throwIfAborted();
  log.info(`${parameter}: ${command}`);
  const child = spawn('bash', ['-eo', 'pipefail', '-c', command], {
    env: hook.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // The group, because what the command started must not work on behind a window that is being closed.
  const kill = (by: NodeJS.Signals): boolean => child.pid === undefined || killGroup(child.pid, by);
  const unstoppable = new AbortController();
  const over = new AbortController();
  const stop = (): void => {
    kill('SIGTERM');
    // Rejected only by the end of the command, which is what was wanted.
    clock.sleep(GRACE_MS, over.signal).then(
      () => kill('SIGKILL') || unstoppable.abort(),
      () => undefined,
    );
  };
  signal.addEventListener('abort', stop, { once: true });
  const streams = [child.stdout, child.stderr];
  for (const stream of streams) {
    const lines = new WholeLines((text) => log.output(parameter, text));
    stream.on('data', (chunk: Buffer) => lines.push(chunk)).on('end', () => lines.end());
  }
  const drained = Promise.all(streams.map((stream) => once(stream, 'close')));
  try {
    const exit = await new Promise<number | string>((resolve, reject) => {
      child.once('error', (error) => reject(notStarted(parameter, error)));
      child.once('exit', (code, by) => resolve(code ?? by ?? 'nothing'));
      unstoppable.signal.addEventListener('abort', () => reject(notStopped(parameter)));
    });
    await Promise.race([drained, delay(DRAIN_MS)]);
    signal.throwIfAborted();
    if (exit === 0) return;
    throw new Failure({
      what: `${parameter}: the command ended with ${typeof exit === 'number' ? `exit status ${exit}` : exit}.`,
      next: `Mend the command, or remove \`${parameter}\`.`,
      parameter,
    });
  } finally {
    over.abort();
    signal.removeEventListener('abort', stop);
    if (signal.aborted) kill('SIGKILL');
  }
}

function notStopped(parameter: string): Failure {
  return new Failure({
    what: `${parameter}: the command could not be stopped, and may be running still.`,
    why: 'It runs as another user, as behind `sudo`.',
    next: 'End it by hand where that is needed, and let the command run as the job does.',
    parameter,
  });
}

function notStarted(parameter: string, error: Error): Failure {
  return new Failure({
    what: `${parameter}: bash could not be started: ${error.message}.`,
    next: `Use an image that has bash in its PATH, or remove \`${parameter}\`.`,
    parameter,
  });
}

/** False where it may not be stopped: it runs as another user, as behind `sudo`. */
function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM') return false;
    // It ended in the meantime, which is what was wanted.
    if (code !== 'ESRCH') throw error;
  }
  return true;
}
