import type { Log } from '../ports/log.ts';
import { LogKeeper } from '../report/log-keeper.ts';
import type { Masker } from './masker.ts';

/** A log that remembers when it last said something, for the heartbeat. */
export interface LineLog extends Log {
  /** Milliseconds since the epoch of the last line. */
  readonly lastLineAt: number;
  /** The text as a line would show it: without escape sequences, and masked. */
  readonly clean: (text: string) => string;
  /** What was printed so far, for the report. */
  readonly kept: LogKeeper;
}

/**
 * Writes plain lines, masked, as a CI log wants them. `write` gets whole lines with their newline.
 */
export function createLineLog(options: {
  masker: Masker;
  write: (text: string) => void;
  now: () => number;
}): LineLog {
  let lastLineAt = options.now();
  const kept = new LogKeeper();
  // Escape sequences of a build's output would reach the terminal; a carriage return would hide text. They go
  // first: one in the middle of a secret would keep it from being known.
  const clean = (text: string): string =>
    // eslint-disable-next-line no-control-regex
    options.masker.mask(text.replace(/(?:\x1b\[|\x9b)[0-9;?]*[A-Za-z]|[^\t\n -~\xa0-\uffff]/g, ''));
  const line = (prefix: string, text: string): void => {
    lastLineAt = options.now();
    const cleaned = clean(text);
    const lines = `${prefix}${prefix === '' ? cleaned : cleaned.replace(/\n/g, `\n${prefix}`)}\n`;
    kept.add(lines);
    options.write(lines);
  };
  return {
    info: (text) => line('', text),
    warn: (text) => line('WARNING: ', text),
    output: (source, lines) => line(`  ${source} | `, lines),
    clean,
    kept,
    addSecret: (value) => options.masker.add(value),
    get lastLineAt() {
      return lastLineAt;
    },
  };
}
