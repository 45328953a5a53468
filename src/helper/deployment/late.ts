import { TimedOut, waitFor } from '../time/wait.ts';
import type { Run } from './deploy-state.ts';

/** Longer than Heroku takes for what it was asked for before the connection broke (Dev Center: Request Timeout). */
const LATE_MS = 35_000;

type Looker = Pick<Run, 'ports' | 'budget'>;

/** Looks again and again for a while, and tells whether it was seen; not to see it is an answer, too. */
export async function lookFor(
  { ports, budget }: Looker,
  isThere: () => Promise<boolean>,
  forMs = LATE_MS,
): Promise<boolean> {
  const { clock, closingHeroku: heroku } = ports;
  try {
    return await waitFor(async () => ((await isThere()) ? true : undefined), {
      clock,
      limit: { ms: Math.min(forMs, budget.closing().ms), parameter: 'deadline' },
      what: 'what may have begun to appear',
      slowdown: () => heroku.slowdown ?? 1,
    });
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    return false;
  }
}

/**
 * Whether the app is as a change of this run was to make it: looks once or, where a change was left without an
 * answer, for as long as Heroku may take to carry it out.
 */
export async function isOrBecomes(run: Looker, isSo: () => Promise<boolean>): Promise<boolean> {
  if (await isSo()) return true;
  const { closingHeroku: heroku, clock, log } = run.ports;
  const left = (heroku.unansweredAt ?? -Infinity) + LATE_MS - clock.now();
  if (left <= 0) return false;
  log.info('Looking whether Heroku carries out all the same what it was asked for.');
  return lookFor(run, isSo, left);
}
