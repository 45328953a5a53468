import { ownWords, parseCommandLine } from './cli/program.ts';
import { leakingVariables, runAgainWithout } from './edge/clean-environment.ts';
import { listenForSignals } from './edge/signals.ts';
import { HerokuCdError } from './errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { cleanJson } from './output/clean-json.ts';
import { createLiveLine } from './output/live-line.ts';
import { createLineLog } from './output/log.ts';
import { createMasker } from './output/masker.ts';
import { messageOf } from './output/message.ts';
import { systemClock } from './time/system-clock.ts';

/** Streams of the process; text given to them has been masked. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** How wide the terminal behind `err` is; absent where there is none. */
  readonly width?: (() => number) | undefined;
}

/**
 * A whole run of the helper, from arguments to exit code. `listed` names further commands of the executable
 * around the helper, for `--help`.
 */
export async function runProcess(
  argv: readonly string[],
  streams: Streams,
  listed: Readonly<Record<string, string>> = {},
): Promise<number> {
  const leaking = leakingVariables(process.env);
  if (leaking.length > 0) return runAgainWithout(leaking);

  const masker = createMasker();
  const json = ownWords(argv).includes('--json');
  const live = streams.width && createLiveLine(streams.err, streams.width);
  const people = (text: string): void => {
    live?.hide();
    (json ? streams.err : streams.out)(text);
  };
  const log = createLineLog({ masker, write: people, now: () => systemClock.now() });
  const signals = listenForSignals(
    (signal, again) =>
      log.warn(
        again
          ? `${signal} again: already putting things back.`
          : `${signal}: stopping and putting things back.`,
      ),
    ({ what }) => log.warn(`${what} Stopping and putting things back.`),
  );
  try {
    const invocation = parseCommandLine(argv, listed);
    if ('text' in invocation) {
      streams.out(invocation.text);
      return 0;
    }
    const { run } = await import('./run.ts');
    const answer = await run(invocation, {
      environment: process.env,
      directory: process.cwd(),
      log,
      signal: signals.signal,
      live,
    });
    live?.stop();
    for (const line of answer.lines) log.info(line);
    if (json) streams.out(`${cleanJson(answer.json, log.clean)}\n`);
    return answer.exitCode;
  } catch (error) {
    // An abort surfaces as whatever the aborted call throws; the signal's own reason is the truth.
    const told = describe(signals.signal.aborted ? signals.signal.reason : error);
    for (const line of told.lines) log.info(line);
    if (json) streams.out(`${cleanJson(told.json, log.clean)}\n`);
    return told.exitCode;
  } finally {
    live?.stop();
    signals.stop();
  }
}

/** An error that reached the edge, for people and for machines. */
function describe(error: unknown): { lines: readonly string[]; json: unknown; exitCode: number } {
  const told = error instanceof HerokuCdError ? error : undefined;
  const what = told?.what ?? messageOf(error);
  const why =
    told === undefined ? 'This was not foreseen: please report it, with the log of this run.' : told.why;
  const verdict = told?.verdict ?? 'failed';
  const exitCode = exitCodeOf(
    verdict,
    told !== undefined && 'signal' in told ? (told.signal as NodeJS.Signals) : undefined,
  );
  return {
    exitCode,
    lines: [
      `ERROR: ${what}`,
      ...(why === undefined ? [] : [`  Why:  ${why}`]),
      ...(told?.next === undefined ? [] : [`  Next: ${told.next}`]),
    ],
    json: {
      verdict,
      exitCode,
      error: { what, why: why ?? null, next: told?.next ?? null, parameter: told?.parameter ?? null },
    },
  };
}
