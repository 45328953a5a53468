import type { Dyno } from '../ports/heroku.ts';
import { waitFor } from '../time/wait.ts';
import { isOneOff, processTypesOf, readRunning, type Seen } from './one-offs.ts';
import type { Window } from './window.ts';

/** Heroku gives processes half a minute to end (Dev Center: Dyno Shutdown Behavior); in less than this none does. */
const FIRST_LOOK_MS = 250;

/**
 * Sets process types to zero and waits until none of their dynos is left, or somebody has scaled one of them
 * up again meanwhile: `back` tells which. The formation is asked for where the dynos give reason to: at first, when one
 * of them is new, and in the end.
 * @throws TimedOut that names `scale-timeout` and the dynos that are left.
 */
export async function stopProcesses(
  window: Window,
  types: readonly string[],
): Promise<Seen & { readonly back: readonly string[] }> {
  const { heroku, clock, signal } = window.ports;
  const app = window.settings['app-name'];
  await heroku.scale(
    app,
    types.map((type) => ({ type, quantity: 0 })),
  );
  await clock.sleep(FIRST_LOOK_MS, signal);
  const known = new Set<string>();
  let left: readonly Dyno[] = [];
  return waitFor(
    async () => {
      const dynos = await heroku.dynos(app);
      left = dynos.filter((dyno) => types.includes(dyno.type) && !isOneOff(dyno, types));
      if (left.length > 0 && left.every(({ id }) => known.has(id))) return undefined;
      for (const { id } of left) known.add(id);
      const formation = await heroku.formation(app);
      const back = formation
        .filter(({ type, quantity }) => quantity > 0 && types.includes(type))
        .map(({ type }) => type);
      return left.length === 0 || back.length > 0 ? { back, formation, dynos } : undefined;
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
 * beside the new ones for some minutes (Dev Center: Preboot), and they must not meet the new schema. `seen`: what was
 * read a moment ago. Gives whether there was something to wait for.
 * @throws TimedOut that names `boot-timeout` and the dynos that are left.
 */
export async function waitForOldDynos(
  window: Window,
  release: { readonly version: number },
  signal: AbortSignal,
  seen?: Seen,
): Promise<boolean> {
  const { heroku, clock, log } = window.ports;
  const app = window.settings['app-name'];
  let first: Seen | undefined = seen ?? (await readRunning(heroku, app));
  const types = processTypesOf(window, first.formation);
  let left: readonly Dyno[] = [];
  let told = false;
  await waitFor(
    async () => {
      const dynos = first?.dynos ?? (await heroku.dynos(app));
      first = undefined;
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
  return told;
}
