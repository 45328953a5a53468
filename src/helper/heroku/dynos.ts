import type { AttachedDyno, Dyno, NewDyno } from '../ports/heroku.ts';
import type { Api } from './api.ts';
import { HerokuApiError } from './heroku-api-error.ts';
import { appPath } from './paths.ts';
import { anyShape, attachedDynoShape, dynoShape } from './shapes.ts';

/** For right after a release, when Heroku answers 409 because there is none to run a dyno from yet. */
const CONFLICT_PAUSES_MS = [1_000, 2_000, 4_000, 8_000];

/** Undefined where there is no such dyno any more. */
export async function getDyno(api: Api, app: string, name: string): Promise<Dyno | undefined> {
  try {
    return await api.call({ method: 'GET', path: appPath(app, 'dynos', name), answer: dynoShape });
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/**
 * Starts a one-off dyno. It waits for its client before it starts the command, half a minute at the most
 * (Dev Center: Error Codes, R13).
 * @throws HerokuApiError; with `effect` `unknown` where it may have been created. It is not looked for here.
 */
export async function createDyno(api: Api, app: string, dyno: NewDyno): Promise<AttachedDyno> {
  const { clock, log, signal } = api.options;
  const body = {
    command: dyno.command,
    type: dyno.type,
    attach: true,
    force_no_tty: true,
    env: dyno.env,
    time_to_live: dyno.timeToLive,
    ...(dyno.size === undefined ? {} : { size: dyno.size }),
  };
  for (let tries = 0; ; tries++) {
    try {
      const path = appPath(app, 'dynos');
      const created = await api.call({ method: 'POST', path, body, answer: attachedDynoShape });
      log.addSecret(created.attachUrl.reveal());
      return created;
    } catch (error) {
      const pause = CONFLICT_PAUSES_MS[tries];
      if (pause === undefined || !(error instanceof HerokuApiError) || error.status !== 409) throw error;
      log.info(`Heroku has no release to run a dyno from yet, trying again in ${pause / 1000} s`);
      await clock.sleep(pause, signal);
    }
  }
}

/** Asks for a dyno to be stopped; false where it is gone already. */
export async function stopDyno(api: Api, app: string, name: string): Promise<boolean> {
  const path = appPath(app, 'dynos', name, 'actions', 'stop');
  try {
    await api.call({ method: 'POST', path, answer: anyShape, repeat: 'always' });
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** A 404 of Heroku's own about the dyno. A page, or an app that the key no longer sees, says nothing about it. */
function isGone(error: unknown): boolean {
  return (
    error instanceof HerokuApiError &&
    error.status === 404 &&
    error.verdict === 'refused' &&
    error.parameter !== 'app-name'
  );
}
