import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program to measure. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** What every start of Node.js is compared with: the same Node.js, in the same place, with nothing to do. */
export function bareNode({ cwd, environment }: Pick<Command, 'cwd' | 'environment'>): Command {
  return { program: process.execPath, args: ['-e', '0'], cwd, environment };
}

/**
 * Milliseconds from starting the program to its end.
 * @throws Error with what the program said when it does not end with 0: a failure is no measurement.
 */
export function timeOf({ program, args, cwd, environment }: Command): Promise<number> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    let end = begin;
    const child = spawn(program, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    child.once('error', reject);
    child.once('exit', () => (end = performance.now()));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(end - begin);
      else reject(new Error(`${program} ended with ${signal ?? code}, and said:\n${said}`));
    });
  });
}

/**
 * The most memory that a Node.js program had resident, in KiB; measured in a run of its own, because a
 * preloaded script reads it at the end.
 * @throws Error as {@link timeOf} does.
 */
export async function peakMemoryOf(command: Command, scratch: string): Promise<number> {
  const file = join(scratch, 'peak-memory');
  const hook = join(__dirname, 'peak-memory.cjs');
  await timeOf({
    ...command,
    args: ['--require', hook, ...command.args],
    environment: { ...command.environment, HEROKU_CD_BENCH_PEAK: file },
  });
  return Number(readFileSync(file, 'utf8'));
}
