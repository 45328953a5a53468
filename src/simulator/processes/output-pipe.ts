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

/** So many are made at once, because making any takes a process of its own. */
const BATCH = 32;

/**
 * Makes pipes. What Node.js itself would give a process is a socket, which cannot be opened by the names
 * /dev/stdout and /dev/stderr, where many programs write their log. Node.js has no call for a real pipe, so they
 * are named ones, whose names are gone at once. (A named one would not do for input: opened as /dev/stdin after
 * its end, it would block for ever.)
 */
export class OutputPipes {
  /** File descriptors of both ends of the pipes that nobody has taken yet. */
  private readonly spare: { readonly input: number; readonly writer: number }[] = [];

  /** @throws Error without the program mkfifo. */
  next(): OutputPipe {
    if (this.spare.length === 0) this.makeSpare();
    const pipe = this.spare.pop();
    if (pipe === undefined) throw new Error('mkfifo made no pipe.');
    const reader = new Socket({ fd: pipe.input, readable: true, writable: false });
    // One that cannot be read any more has ended.
    reader.on('error', () => undefined);
    return { reader, writer: pipe.writer };
  }

  /** Closes what nobody has taken. */
  close(): void {
    for (const { input, writer } of this.spare.splice(0)) {
      closeSync(input);
      closeSync(writer);
    }
  }

  private makeSpare(): void {
    const folder = mkdtempSync(join(tmpdir(), 'heroku-cd-pipe-'));
    try {
      const names = Array.from({ length: BATCH }, (_, index) => join(folder, `pipe-${index}`));
      makeNamedPipes(names);
      for (const name of names) {
        // Opened without blocking, it does not wait for a writer; the writer then finds a reader.
        const input = openSync(name, O_RDONLY | O_NONBLOCK);
        this.spare.push({ input, writer: openSync(name, O_WRONLY) });
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Closes both ends of a pipe whose process could not be started. */
export function discardPipe({ reader, writer }: OutputPipe): void {
  reader.destroy();
  closeSync(writer);
}

function makeNamedPipes(names: readonly string[]): void {
  try {
    execFileSync('mkfifo', ['-m', '600', ...names], { stdio: 'ignore' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`No pipe could be made with mkfifo, which every Unix has: ${reason}`, { cause: error });
  }
}
