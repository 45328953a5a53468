import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../program.ts';

/** A program to measure. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Its standard output goes nowhere: what measures does not have to read it. */
  readonly silent?: boolean;
}

/** What every start of Node.js is compared with: the same Node.js, in the same place, with nothing to do. */
export function bareNode({ cwd, environment }: Pick<Command, 'cwd' | 'environment'>): Command {
  return { program: process.execPath, args: ['-e', '0'], cwd, environment };
}

/** What a run of a program took, in milliseconds. */
export interface Cost {
  /** From its start to its end. */
  readonly time: number;
  /** On the processors, in the program and in those that it started: other work of the machine is not in it. */
  readonly cpu: number;
}

/** Writes elapsed, user and system seconds to the first argument's file, and leaves the program's streams alone. */
const clock = (redirection: string): string =>
  `file=$1; shift; TIMEFORMAT='%3R %3U %3S'; { time "$@" 2>&4 4>&- ${redirection}; } 4>&2 2>"$file"`;

/**
 * Runs a program to its end, by bash's clock: Node.js can ask no child for its time on the processors.
 * @param scratch a folder that one measurement at a time may write to.
 * @throws Error with what the program said when it does not end with 0: a failure is no measurement.
 */
export async function costOf(command: Command, scratch: string): Promise<Cost> {
  const { program, args, cwd, environment, silent = false } = command;
  const file = join(scratch, 'cost');
  const { code, stdout, stderr } = await runProgram(
    'bash',
    ['--norc', '-c', clock(silent ? '>/dev/null' : ''), 'clock', file, program, ...args],
    { cwd, environment: { ...environment, LC_ALL: 'C' } },
  );
  if (code !== 0) throw new Error(`${program} ended with ${code}, and said:\n${stdout}${stderr}`);
  const [time = NaN, user = NaN, system = NaN] = readFileSync(file, 'utf8').trim().split(' ').map(Number);
  return { time: time * 1000, cpu: (user + system) * 1000 };
}

/** What programs cost that run one after the other. */
export async function costOfAll(commands: readonly Command[], scratch: string): Promise<Cost> {
  let [time, cpu] = [0, 0];
  for (const command of commands) {
    const cost = await costOf(command, scratch);
    [time, cpu] = [time + cost.time, cpu + cost.cpu];
  }
  return { time, cpu };
}

/** Of a program that takes a moment, this many runs make one measure. */
export const RUNS = 5;

/**
 * The least cost of {@link RUNS} runs. Whatever else a machine does can only make a run slower, and weighs most
 * on the shortest ones.
 */
export async function leastCost(run: (run: number) => Promise<Cost>): Promise<Cost> {
  let [time, cpu] = [Infinity, Infinity];
  for (let each = 0; each < RUNS; each += 1) {
    const cost = await run(each);
    [time, cpu] = [Math.min(time, cost.time), Math.min(cpu, cost.cpu)];
  }
  return { time, cpu };
}

/**
 * The most memory that a Node.js program had resident, in KiB; measured in a run of its own, because a
 * preloaded script reads it at the end.
 * @throws Error as {@link costOf} does.
 */
export async function peakMemoryOf(command: Command, scratch: string): Promise<number> {
  const file = join(scratch, 'peak-memory');
  const hook = join(__dirname, 'peak-memory.cjs');
  const environment = { ...command.environment, HEROKU_CD_BENCH_PEAK: file };
  await costOf({ ...command, args: ['--require', hook, ...command.args], environment }, scratch);
  return Number(readFileSync(file, 'utf8'));
}
