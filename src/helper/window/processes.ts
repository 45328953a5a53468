import type { Dyno } from '../ports/heroku.ts';
import { waitFor } from '../time/wait.ts';
import { isOneOff, processTypesOf } from './one-offs.ts';
import type { Window } from './window.ts';

/**
 * Sets process types to zero and waits until none of their dynos is left, or somebody has scaled one of them
 * up again meanwhile: the answer is which.
 * @throws TimedOut that names `scale-timeout` and the dynos that are left.
 */
export async function stopProcesses(window: Window, types: readonly string[]): Promise<readonly string[]> {
  const { heroku, clock, signal } = window.ports;
  const app = window.settings['app-name'];
  await heroku.scale(
    app,
    types.map((type) => ({ type, quantity: 0 })),
  );
  let left: readonly Dyno[] = [];
  return waitFor(
    async () => {
      const [formation, dynos] = await Promise.all([heroku.formation(app), heroku.dynos(app)]);
      const back = formation.filter(({ type, quantity }) => quantity > 0 && types.includes(type));
      left = dynos.filter((dyno) => types.includes(dyno.type) && !isOneOff(dyno, types));
      return left.length === 0 || back.length > 0 ? back.map(({ type }) => type) : undefined;
    },
    {
      clock,
      signal,
      limit: window.budget.limit({ ms: window.settings['scale-timeout'], parameter: 'scale-timeout' }),
      get what() {
        return `the dynos of ${types.join(', ')} to be gone (${left.map(({ name }) => name).join(', ')})`;
      },
      slowdown: () => heroku.slowdown ?? 1,
    },
  );
}

/**
 * Waits until no dyno of the formation runs an earlier release: with preboot, web dynos of it go on serving
 * beside the new ones for some minutes (Dev Center: Preboot), and they must not meet the new schema.
 * @throws TimedOut that names `boot-timeout` and the dynos that are left.
 */
export async function waitForOldDynos(
  window: Window,
  release: { readonly version: number },
  signal: AbortSignal,
): Promise<void> {
  const { heroku, clock, log } = window.ports;
  const types = processTypesOf(window, await heroku.formation(window.settings['app-name']));
  let left: readonly Dyno[] = [];
  let told = false;
  await waitFor(
    async () => {
      const dynos = await heroku.dynos(window.settings['app-name']);
      left = dynos.filter(
        (dyno) => dyno.releaseVersion < release.version && dyno.type !== 'release' && !isOneOff(dyno, types),
      );
      if (left.length === 0) return true;
      if (!told) log.info(`Dynos of earlier releases still run (preboot); waiting for their end.`);
      told = true;
      return undefined;
    },
    {
      clock,
      signal,
      limit: window.budget.limit({ ms: window.settings['boot-timeout'], parameter: 'boot-timeout' }),
      get what() {
        const names = left.map((dyno) => `${dyno.name} of v${dyno.releaseVersion}`).join(', ');
        return `the dynos of the releases before v${release.version} to be gone (${names})`;
      },
      slowdown: () => heroku.slowdown ?? 1,
    },
  );
}
