import { Failure } from '../errors.ts';
import type { Dyno } from '../ports/heroku.ts';
import { TimedOut, waitFor } from '../time/wait.ts';
import type { Window } from './window.ts';

/**
 * Dynos that no process type of the formation explains: one-off dynos (`run`), and those that a scheduler
 * starts (`scheduler`). The release phase's dyno is the deployment's own.
 */
export function oneOffs(dynos: readonly Dyno[], processTypes: readonly string[]): readonly Dyno[] {
  return dynos.filter((dyno) => !processTypes.includes(dyno.type) && dyno.type !== 'release');
}

/** Deals with the one-off dynos that run while the window opens, as `running-one-offs` says. */
export async function settleOneOffs(window: Window): Promise<void> {
  const { heroku, log, clock, signal } = window.ports;
  const app = window.settings['app-name'];
  const running = async (): Promise<readonly Dyno[]> => {
    const [dynos, formation] = await Promise.all([heroku.dynos(app), heroku.formation(app)]);
    return oneOffs(
      dynos,
      formation.map(({ type }) => type),
    );
  };
  const found = await running();
  if (found.length === 0) return;
  const names = found.map((dyno) => dyno.name).join(', ');
  const rule = window.settings['running-one-offs'];
  if (rule === 'ignore') {
    log.warn(`${names} keep running while the window is open (\`running-one-offs: ignore\`).`);
    return;
  }
  if (rule === 'stop') {
    log.info(`Stopping ${names} (\`running-one-offs: stop\`).`);
    for (const dyno of found) await heroku.stopDyno(app, dyno.name);
  } else {
    log.info(`Waiting for ${names} to end (\`running-one-offs: wait\`).`);
  }
  try {
    await waitFor(async () => ((await running()).length === 0 ? true : undefined), {
      clock,
      signal,
      limit: window.budget.limit({ ms: window.settings['scale-timeout'], parameter: 'scale-timeout' }),
      what: `the one-off dynos ${names} to end`,
      slowdown: () => heroku.slowdown ?? 1,
    });
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    throw new Failure({
      what: error.what,
      why: `${error.why ?? ''} A dyno that goes on working would work while the database is migrated.`.trim(),
      next: 'Raise `scale-timeout`, or set `running-one-offs` to `stop` or `ignore`.',
      parameter: 'running-one-offs',
      cause: error,
    });
  }
}
