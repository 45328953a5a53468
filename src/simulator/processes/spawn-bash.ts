import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { ProcessOptions } from '../parts.ts';
import { discardPipe, type OutputPipes } from './output-pipe.ts';

/** A command that bash has begun with, in a process group of its own. */
export interface SpawnedBash {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Both outputs through one pipe: two would lose the order of their lines. */
  readonly output: Readable;
  /** Only where it was asked for. */
  readonly input: Writable | undefined;
}

/** @throws Error when the process cannot be started at all (no bash, no such directory). */
export function spawnBash(options: ProcessOptions, pipes: OutputPipes): SpawnedBash {
  const { name, command, directory } = options;
  const output = pipes.next();
  const child = spawn('bash', ['--norc', '--noprofile', '-c', command], {
    cwd: directory,
    env: environmentOf(options),
    detached: true,
    stdio: [options.hasInput ? 'pipe' : 'ignore', output.writer, output.writer],
  });
  // A failed spawn emits `error`, and without a listener that would end this process.
  child.once('error', () => undefined);
  if (child.pid === undefined) {
    discardPipe(output);
    throw new Error(`${name} could not be started: bash is not in PATH, or ${directory} is not a directory.`);
  }
  closeSync(output.writer);
  // A process need not read its input: what it does not want is nobody's failure.
  child.stdin?.on('error', () => undefined);
  return { child, pid: child.pid, output: output.reader, input: child.stdin ?? undefined };
}

/** What was given, PORT, and PATH and HOME where they were not given: nothing of this process's own. */
function environmentOf({ environment, directory, port }: ProcessOptions): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: directory,
    ...environment,
    ...(port === undefined ? {} : { PORT: String(port) }),
  };
}
