import type { Log } from '../ports/log.ts';
import type { Masker } from './masker.ts';

/** A log that remembers when it last said something, for the heartbeat. */
export interface LineLog extends Log {
  /** Milliseconds since the epoch of the last line. */
  readonly lastLineAt: number;
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
  const line = (prefix: string, text: string): void => {
    lastLineAt = options.now();
    // Escape sequences of a build's output would reach the terminal; a carriage return would hide text.
    // eslint-disable-next-line no-control-regex
    const clean = options.masker.mask(text).replace(/\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]/g, '');
    options.write(
      `${clean
        .split('\n')
        .map((part) => `${prefix}${part}`)
        .join('\n')}\n`,
    );
  };
  return {
    info: (text) => line('', text),
    warn: (text) => line('WARNING: ', text),
    output: (source, text) => line(`  ${source} | `, text),
    addSecret: (value) => options.masker.add(value),
    get lastLineAt() {
      return lastLineAt;
    },
  };
}
