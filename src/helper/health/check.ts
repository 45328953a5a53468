import type { Run } from '../deployment/deploy-state.ts';
import { HerokuCdError, type ErrorParts } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import type { Limit } from '../time/budget.ts';
import { formatDuration } from '../time/format.ts';
import { hasOneOffNumber } from '../window/one-offs.ts';
import { type Answer, probe } from './probe.ts';
import type { HealthCheck } from './target.ts';

/** The app is deployed and serves, but it is not known to be healthy. */
export class Unhealthy extends HerokuCdError {
  constructor(
    parts: ErrorParts,
    /** A signal ended the check, so it has not failed. */
    readonly interrupted: boolean,
  ) {
    super('incomplete', parts);
  }
}

const REQUEST_MS = 10_000;
const PAUSE_MS = 2_000;
/** What the last request gets where the limit is nearly used up. */
const LAST_REQUEST_MS = 5_000;

/** What checking needs of a run. */
interface Checking {
  readonly ports: Pick<Run['ports'], 'heroku' | 'clock' | 'log' | 'signal'>;
  readonly settings: Pick<Run['settings'], 'app-name'>;
}

/**
 * Asks the app until so many answers in a row are accepted: one may come from a dyno that is about to crash,
 * or from one of several. Every answer that differs from the one before is logged. `version`: of the release
 * that is to answer; as long as an older one has web dynos, which preboot lets serve for minutes, none counts
 * (Dev Center: Preboot).
 * @throws Unhealthy with the last answer, once the limit is over or a signal has come.
 */
export async function checkHealth(
  { ports, settings }: Checking,
  check: HealthCheck,
  limit: Limit,
  version = 0,
): Promise<void> {
  const { clock, log, signal } = ports;
  const app = settings['app-name'];
  let alone = version === 0;
  const end = clock.now() + limit.ms;
  let last: Answer | undefined;
  let row = 0;
  let most = 0;
  try {
    for (;;) {
      const ms = Math.min(REQUEST_MS, Math.max(LAST_REQUEST_MS, end - clock.now()));
      signal.throwIfAborted();
      let answer = await probe(check, { clock, signal, ms });
      if (answer.accepted && !alone) {
        const still = await olderDynos(ports, app, version);
        alone = still === undefined;
        if (still !== undefined) answer = { accepted: false, what: `${answer.what}, but ${still}` };
      }
      if (answer.what !== last?.what) log.info(`${check.shown} ${answer.what}.`);
      last = answer;
      row = answer.accepted ? row + 1 : 0;
      most = Math.max(most, row);
      if (row >= check.successes) break;
      const left = end - clock.now();
      if (left <= 0) throw unhealthy(app, check, limit, { last, most });
      await clock.sleep(Math.min(PAUSE_MS, left), signal);
    }
  } catch (error) {
    if (!signal.aborted || error instanceof Unhealthy) throw error;
    throw interrupted(app, signal.reason);
  }
  log.info(`${app} is healthy: ${check.successes} in a row.`);
}

/** Why an answer may be an older release's; undefined where it cannot be. */
async function olderDynos(
  { heroku, signal }: Checking['ports'],
  app: string,
  version: number,
): Promise<string | undefined> {
  try {
    const older = (await heroku.dynos(app)).filter(
      ({ type, name, releaseVersion }) =>
        type === 'web' && !hasOneOffNumber(name) && releaseVersion < version,
    );
    if (older.length === 0) return undefined;
    return `${older.map(({ name, releaseVersion }) => `${name} (v${releaseVersion})`).join(', ')} may have given it`;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HerokuCdError)) throw error;
    return `which release gave it cannot be read: ${messageOf(error)}`;
  }
}

function unhealthy(
  app: string,
  { shown, successes }: HealthCheck,
  limit: Limit,
  { last, most }: { last: Answer; most: number },
): Unhealthy {
  return new Unhealthy(
    {
      what: `${app} did not become healthy within ${formatDuration(limit.ms)}: ${shown} ${last.what}.`,
      why: `${successes} accepted answers in a row are wanted (\`health-check-successes\`), and ${most} came at the most. \`${limit.parameter}\` is the limit.`,
      next: `Read \`heroku logs -a ${app}\`. If it only needs longer, raise \`${limit.parameter}\`.`,
      parameter: limit.parameter,
    },
    false,
  );
}

function interrupted(app: string, reason: unknown): Unhealthy {
  const signal = reason instanceof Error ? reason.message : 'A signal came.';
  return new Unhealthy(
    {
      what: `${signal} The deployment of ${app} is done and stays; whether it is healthy was not learned.`,
      next: `Look at the app, or run the job again: it checks the health of what is deployed.`,
      cause: reason,
    },
    true,
  );
}
