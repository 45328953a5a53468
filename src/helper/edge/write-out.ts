import { fstatSync, writeSync } from 'node:fs';

const PAUSE_MS = 1;

/**
 * Writes all of a text to a standard stream, and comes back when that is done. Node's own streams keep in
 * memory what a pipe does not take at once, without bound, and lose it when the process exits; so the run
 * waits for whoever reads its log, and the migration's dyno waits for the run.
 */
export function writeOut(stream: 1 | 2, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(stream, bytes, at);
    } catch (error) {
      // Nobody may be listening any more, as after `| head`; the app must still be put back.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

/** Tells how wide the terminal is that stderr leads to; undefined where a person does not look at one, as in CI. */
export function terminalWidth(environment: NodeJS.ProcessEnv): (() => number) | undefined {
  if (environment['CI'] || environment['TERM'] === 'dumb') return undefined;
  // Asking the stream loads what streams are made of, and a pipe or a file is no terminal anyway.
  const isSeen = fstatSync(2).isCharacterDevice() && process.stderr.isTTY;
  return isSeen ? () => process.stderr.columns || 80 : undefined;
}
