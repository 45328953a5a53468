#!/usr/bin/env node
import { parseCommandLine } from './cli/program.ts';
import { leakingVariables, runAgainWithout } from './edge/clean-environment.ts';
import { listenForSignals } from './edge/signals.ts';
import { HerokuCdError } from './errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { createLineLog } from './output/log.ts';
import { createMasker } from './output/masker.ts';
import { messageOf } from './output/message.ts';
import { run } from './run.ts';
import { systemClock } from './time/system-clock.ts';

/** The process's edge: arguments in, text and an exit code out. */
async function main(argv: readonly string[]): Promise<number> {
  const leaking = leakingVariables(process.env);
  if (leaking.length > 0) return runAgainWithout(leaking);

  const masker = createMasker();
  const json = argv.includes('--json');
  const people = json ? process.stderr : process.stdout;
  const log = createLineLog({ masker, write: (text) => people.write(text), now: () => systemClock.now() });
  const signals = listenForSignals((signal, again) =>
    log.warn(
      again
        ? `${signal} again: already putting things back.`
        : `${signal}: stopping and putting things back.`,
    ),
  );
  try {
    const invocation = parseCommandLine(argv);
    if ('text' in invocation) {
      process.stdout.write(invocation.text);
      return 0;
    }
    const answer = await run(invocation, {
      environment: process.env,
      directory: process.cwd(),
      log,
      signal: signals.signal,
    });
    for (const line of answer.lines) log.info(line);
    if (json) process.stdout.write(`${masker.mask(JSON.stringify(answer.json, null, 2))}\n`);
    return answer.exitCode;
  } catch (error) {
    return tell(
      error,
      log.info.bind(log),
      json ? (text) => process.stdout.write(masker.mask(text)) : undefined,
    );
  } finally {
    signals.stop();
  }
}

/** An error that reached the edge, in the form that every error has. */
function tell(
  error: unknown,
  line: (text: string) => void,
  json: ((text: string) => void) | undefined,
): number {
  const told = error instanceof HerokuCdError ? error : undefined;
  line(`ERROR: ${told?.what ?? messageOf(error)}`);
  if (told?.why !== undefined) line(`  Why:  ${told.why}`);
  if (told?.next !== undefined) line(`  Next: ${told.next}`);
  if (told === undefined) line('  Why:  This was not foreseen: please report it, with the log of this run.');
  const verdict = told?.verdict ?? 'failed';
  const exitCode = exitCodeOf(verdict);
  json?.(
    `${JSON.stringify({ verdict, exitCode, error: { what: told?.what ?? messageOf(error), why: told?.why ?? null, next: told?.next ?? null, parameter: told?.parameter ?? null } }, null, 2)}\n`,
  );
  return exitCode;
}

void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
  // Sockets kept alive and half-open streams must not hold the process back once all is said.
  if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit(exitCode);
  process.stdout.once('drain', () => process.exit(exitCode));
});
