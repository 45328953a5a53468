import { parseArgs } from 'node:util';
import { join } from 'node:path';

export interface BenchOptions {
  readonly rounds: number;
  readonly check: boolean;
  /** Where the report is written; undefined: nowhere. */
  readonly output: string | undefined;
}

export const USAGE = `Usage: npm run bench -- [--rounds N] [--output FILE] [--check]

  --rounds N     how often everything is measured; 11 unless told, and at least 5 to go by
  --output FILE  where the report is written; docs/benchmarks.md unless told
  --check        fail when a figure misses its aim; writes a report only where --output says so`;

const ROUNDS = 11;

/**
 * Reads the command line; undefined where help is asked for.
 * @throws Error that names the argument at fault.
 */
export function readOptions(args: readonly string[], root: string): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: String(ROUNDS) },
      output: { type: 'string' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(values.rounds)) {
    throw new Error(`--rounds ${values.rounds}: a number from 1 to 9999 is wanted.`);
  }
  const usual = values.check ? undefined : join(root, 'docs', 'benchmarks.md');
  return { rounds: Number(values.rounds), check: values.check, output: values.output ?? usual };
}
