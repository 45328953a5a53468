import type { Settings } from '../../parameters/index.ts';
import type { Answer } from '../commands/command.ts';
import { checkAccount } from '../deployment/check-app.ts';
import { checkJob } from '../deployment/check-job.ts';
import { describeError } from '../deployment/describe-error.ts';
import { Findings } from '../deployment/findings.ts';
import type { Ports } from '../deployment/ports.ts';
import { ReleasePhaseFailed } from '../deployment/release.ts';
import type { DatabaseOutcome } from '../deployment/result.ts';
import { describeState, readStateNow } from '../deployment/state-now.ts';
import { HerokuCdError } from '../errors.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import type { Ended } from '../report/act.ts';
import { Budget } from '../time/budget.ts';

/** What one act works with. */
export interface Act<S> {
  readonly ports: Ports;
  readonly settings: S;
  readonly budget: Budget;
}

/** What an act came to; beside the sentence stand facts for `--json`. */
export interface Done {
  readonly what: string;
  /** Backups to go back to, for how the app is now. */
  readonly kept?: string;
  /** More lines for people. */
  readonly lines?: readonly string[];
  /** It came to an end, and to a bad one. */
  readonly error?: HerokuCdError;
  readonly [fact: string]: unknown;
}

/**
 * Runs one act on an app and answers for it. Where the app is left neither as asked nor as found, the answer
 * ends with how it is now; `database` is what such an act may have done to it. `keep` writes the report of an act
 * that has one, and gives lines for people.
 * @throws HerokuCdError where the app is as it was found.
 */
export async function perform<S extends Pick<Settings<'run'>, 'app-name' | 'deploy-user' | 'deadline'>>(
  ports: Ports,
  settings: S,
  database: DatabaseOutcome,
  act: (run: Act<S>) => Promise<Done>,
  keep: (ended: Ended) => Promise<readonly string[]> = () => Promise.resolve([]),
): Promise<Answer> {
  const app = settings['app-name'];
  const skipped = checkJob(ports.environment);
  if (skipped !== undefined) {
    return { exitCode: EXIT.succeeded, json: { app, verdict: 'succeeded', skipped }, lines: [skipped] };
  }
  const budget = new Budget(ports.clock, settings.deadline);
  const startedAt = ports.clock.now();
  let done: Done;
  try {
    await checkAccount(ports.heroku, settings, new Findings());
    done = await act({ ports, settings, budget });
  } catch (thrown) {
    if (!(thrown instanceof HerokuCdError) || !leavesSomething(thrown)) {
      const { endOfError } = await import('../report/act.ts');
      await keep(endOfError(startedAt, thrown, ports.signal));
      throw thrown;
    }
    done = { what: thrown.what, error: thrown };
  }
  const { error, what, kept, lines = [], ...facts } = done;
  const verdict = error?.verdict ?? 'succeeded';
  const exitCode = exitCodeOf(verdict);
  const json = { app, verdict, exitCode, ...facts };
  const ended = {
    startedAt,
    verdict,
    what,
    database,
    from: facts['from'],
    commit: facts['commit'],
    caches: facts['caches'],
  };
  if (error === undefined) {
    return { exitCode, json: { ...json, what }, lines: [what, ...lines, ...(await keep(ended))] };
  }
  describeError(ports.log, error);
  const touched = error instanceof ReleasePhaseFailed ? error.database : database;
  let stateNow: readonly string[] = [];
  if (leavesSomething(error)) {
    const state = await readStateNow(ports.closingHeroku, app);
    stateNow = describeState(app, state, touched, error.next, kept);
    for (const line of stateNow) ports.log.info(line);
  }
  const reports = await keep({ ...ended, database: touched, error, stateNow });
  const { why = null, next = null, parameter = null } = error;
  return { exitCode, json: { ...json, error: { what, why, next, parameter } }, lines: reports };
}

function leavesSomething({ verdict }: HerokuCdError): boolean {
  return verdict === 'held' || verdict === 'unknown' || verdict === 'incomplete';
}
