import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** A pipe for the output of a process that is about to be started. */
export interface OutputPipe {
  /** Where the output is read. */
  readonly reader: Socket;
  /** File descriptor for the process; to be closed here as soon as that has it. */
  readonly writer: number;
}

/**
 * Makes a pipe. What Node.js itself would give a process is a socket, which cannot be opened by the names
 * /dev/stdout and /dev/stderr, where many programs write their log. Node.js has no call for a real pipe, so it is
 * a named one, whose name is gone at once. (A named one would not do for input: opened as /dev/stdin after its
 * end, it would block for ever.)
 * @throws Error without the program mkfifo.
 */
export function makeOutputPipe(): OutputPipe {
  const folder = mkdtempSync(join(tmpdir(), 'heroku-cd-pipe-'));
  try {
    const name = join(folder, 'pipe');
    makeNamedPipe(name);
    // Opened without blocking, it does not wait for a writer; the writer then finds a reader.
    const fd = openSync(name, O_RDONLY | O_NONBLOCK);
    const writer = openSync(name, O_WRONLY);
    const reader = new Socket({ fd, readable: true, writable: false });
    // One that cannot be read any more has ended.
    reader.on('error', () => undefined);
    return { reader, writer };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Closes both ends of a pipe whose process could not be started. */
export function discardPipe({ reader, writer }: OutputPipe): void {
  reader.destroy();
  closeSync(writer);
}

function makeNamedPipe(name: string): void {
  try {
    execFileSync('mkfifo', ['-m', '600', name], { stdio: 'ignore' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`No pipe could be made with mkfifo, which every Unix has: ${reason}`, { cause: error });
  }
}
