import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Failure } from '../errors.ts';
import type { Log } from '../ports/log.ts';

/** A shell command of the job, such as `before-migrate`. */
export interface Hook {
  readonly parameter: 'before-migrate' | 'after-migrate';
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Runs a command of the user's in the job, by the same shell and options as CircleCI's steps, and streams
 * its output.
 * @throws Failure when it exits with anything but 0; the signal's reason when it was stopped.
 */
export async function runHook(hook: Hook): Promise<void> {
  const { parameter, command, log, signal } = hook;
  log.info(`${parameter}: ${command}`);
  const child = spawn('bash', ['-eo', 'pipefail', '-c', command], {
    env: hook.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // The group, because what the command started must not work on behind a window that is being closed.
  const stop = (): void => void (child.pid !== undefined && killGroup(child.pid));
  signal.addEventListener('abort', stop, { once: true });
  const lines = [child.stdout, child.stderr].map((stream) =>
    createInterface({ input: stream }).on('line', (line) => log.output(parameter, line)),
  );
  try {
    const exit = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, by) => resolve(code ?? by ?? 'nothing'));
    });
    signal.throwIfAborted();
    if (exit === 0) return;
    throw new Failure({
      what: `${parameter}: the command ended with ${typeof exit === 'number' ? `exit status ${exit}` : exit}.`,
      next: `Mend the command, or remove \`${parameter}\`.`,
      parameter,
    });
  } finally {
    signal.removeEventListener('abort', stop);
    lines.forEach((line) => line.close());
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    // It ended in the meantime, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
