import { fstatSync, writeSync } from 'node:fs';

const PAUSE_MS = 1;
/** Bytes that one UTF-16 code unit takes at the most in UTF-8. */
const LONGEST_CHARACTER = 3;
/** Below this many bytes Node.js takes memory from a pool of its own. */
const POOLED = 4_096;
/** Several times what comes over a connection in one piece. */
const SCRATCH = 256 * 1_024;

/**
 * Writes all of a text to a standard stream, and comes back when that is done. Node's own streams keep in
 * memory what a pipe does not take at once, without bound, and lose it when the process exits; so the run
 * waits for whoever reads its log, and the migration's dyno waits for the run.
 *
 * That goes for a reader that stands still, too, on purpose: as with any program in a pipeline, nothing is lost
 * and nothing piles up. Until it reads on, nothing else of the run happens: no limit, heartbeat or signal is seen
 * to, and only Heroku ends the dyno, by its time to live. A reader that is gone holds up nothing.
 */
export function writeOut(stream: 1 | 2, text: string): void {
  const bytes = bytesOf(text);
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

let scratch: Buffer | undefined;

/** A long text goes into the same memory as the one before: new memory for each piles up until it is collected. */
function bytesOf(text: string): Buffer {
  const most = text.length * LONGEST_CHARACTER;
  if (most < POOLED || most > SCRATCH) return Buffer.from(text);
  scratch ??= Buffer.allocUnsafeSlow(SCRATCH);
  return scratch.subarray(0, scratch.write(text));
}

/** Tells how wide the terminal is that stderr leads to; undefined where a person does not look at one, as in CI. */
export function terminalWidth(environment: NodeJS.ProcessEnv): (() => number) | undefined {
  if (environment['CI'] || environment['TERM'] === 'dumb') return undefined;
  // Asking the stream loads what streams are made of, and a pipe or a file is no terminal anyway.
  const isSeen = fstatSync(2).isCharacterDevice() && process.stderr.isTTY;
  return isSeen ? () => process.stderr.columns || 80 : undefined;
}
