import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { PART_NAMES } from './parts.ts';

export interface BenchOptions {
  readonly rounds: number;
  readonly check: boolean;
  /** Names of what is measured; undefined: everything. */
  readonly only: readonly string[] | undefined;
  /** Whether the official CLI is installed where it is not there yet. */
  readonly cli: boolean;
  /** Whether what takes minutes for each round is measured too. */
  readonly long: boolean;
  /** Where the report is written; undefined: nowhere. */
  readonly output: string | undefined;
}

export const USAGE = `Usage: npm run bench -- [--rounds N] [--only NAME,…] [--cli] [--long] [--output FILE] [--check]

  --rounds N     how often everything is measured; 11 unless told, and at least 5 to go by
  --only NAME,…  measure these alone: ${PART_NAMES.join(', ')};
                 writes a report only where --output says so
  --cli          compare with the official Heroku CLI: install it into .cache/heroku-cli where it is not
                 there yet (45,000 files; a minute). Where it is there, it is compared with in any case
  --long         measure the downtime of builds of 120 s too, which takes ten minutes more
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
      only: { type: 'string' },
      cli: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      output: { type: 'string' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(values.rounds)) {
    throw new Error(`--rounds ${values.rounds}: a number from 1 to 9999 is wanted.`);
  }
  const only = values.only?.split(',').map((name) => name.trim());
  const unknown = only?.find((name) => !PART_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--only ${unknown}: there are ${PART_NAMES.join(', ')}.`);
  }
  const usual = values.check || only !== undefined ? undefined : join(root, 'docs', 'benchmarks.md');
  return {
    rounds: Number(values.rounds),
    check: values.check,
    only,
    cli: values.cli,
    long: values.long,
    output: values.output ?? usual,
  };
}
