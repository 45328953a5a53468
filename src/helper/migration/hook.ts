import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../errors.ts';
import type { Log } from '../ports/log.ts';

/** A shell command of the job, such as `before-migrate`. */
export interface Hook {
  readonly parameter: 'before-migrate' | 'after-migrate';
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
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
 * @throws Failure when it exits with anything but 0; the signal's reason when it was stopped.
 */
export async function runHook(hook: Hook): Promise<void> {
  const { parameter, command, log, signal } = hook;
  signal.throwIfAborted();
  log.info(`${parameter}: ${command}`);
  const child = spawn('bash', ['-eo', 'pipefail', '-c', command], {
    env: hook.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // The group, because what the command started must not work on behind a window that is being closed.
  let kill: NodeJS.Timeout | undefined;
  const stop = (): void => {
    const { pid } = child;
    if (pid === undefined) return;
    killGroup(pid, 'SIGTERM');
    kill = setTimeout(() => killGroup(pid, 'SIGKILL'), GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  const lines = [child.stdout, child.stderr].map((stream) =>
    createInterface({ input: stream }).on('line', (line) => log.output(parameter, line)),
  );
  try {
    const exit = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, by) => resolve(code ?? by ?? 'nothing'));
    });
    await Promise.race([Promise.all(lines.map((line) => once(line, 'close'))), delay(DRAIN_MS)]);
    signal.throwIfAborted();
    if (exit === 0) return;
    throw new Failure({
      what: `${parameter}: the command ended with ${typeof exit === 'number' ? `exit status ${exit}` : exit}.`,
      next: `Mend the command, or remove \`${parameter}\`.`,
      parameter,
    });
  } finally {
    clearTimeout(kill);
    signal.removeEventListener('abort', stop);
    lines.forEach((line) => line.close());
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It ended in the meantime, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
