import type { Clock } from '../ports/clock.ts';
import type { App, Heroku } from '../ports/heroku.ts';
import type { Limit } from '../time/budget.ts';
import { waitFor } from '../time/wait.ts';

interface Waiting {
  readonly clock: Clock;
  readonly limit: Limit;
  readonly signal?: AbortSignal;
}

/**
 * Switches the maintenance page and reads the switch back: an answer alone is no proof.
 * @throws Failure when the app still says the contrary after the limit.
 */
export async function switchPage(heroku: Heroku, app: string, on: boolean, options: Waiting): Promise<App> {
  await heroku.setMaintenance(app, on);
  return seePage(heroku, app, on, options);
}

/** Reads back what {@link Heroku.setMaintenance} was asked for. @throws Failure as {@link switchPage} does. */
export async function seePage(heroku: Heroku, app: string, on: boolean, options: Waiting): Promise<App> {
  const look = async (): Promise<App | undefined> => {
    const now = await heroku.app(app);
    return now.maintenance === on ? now : undefined;
  };
  return waitFor(look, {
    ...options,
    what: `the maintenance page of ${app} to be ${on ? 'on' : 'off'}`,
  });
}
