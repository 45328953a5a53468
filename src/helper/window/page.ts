import type { Clock } from '../ports/clock.ts';
import type { Heroku } from '../ports/heroku.ts';
import type { Limit } from '../time/budget.ts';
import { waitFor } from '../time/wait.ts';

/**
 * Switches the maintenance page and reads the switch back: an answer alone is no proof.
 * @throws Failure when the app still says the contrary after the limit.
 */
export async function switchPage(
  heroku: Heroku,
  app: string,
  on: boolean,
  options: { clock: Clock; limit: Limit; signal?: AbortSignal },
): Promise<void> {
  await heroku.setMaintenance(app, on);
  await waitFor(async () => ((await heroku.app(app)).maintenance === on ? true : undefined), {
    ...options,
    what: `the maintenance page of ${app} to be ${on ? 'on' : 'off'}`,
  });
}
