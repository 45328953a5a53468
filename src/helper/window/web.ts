import { Failure } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Heroku } from '../ports/heroku.ts';
import type { Limit } from '../time/budget.ts';
import { waitFor } from '../time/wait.ts';
import { hasOneOffNumber } from './one-offs.ts';

/** For so long every web dyno must have been up: one that crashes does so soon after it has come up. */
const STEADY_MS = 3_000;

/**
 * Waits until every web dyno is up, of the current release, and stays so for some seconds. An app whose web
 * is scaled to zero has none to wait for.
 * @throws Failure that names `boot-timeout` and the state of the dynos.
 */
export async function waitForWeb(
  heroku: Heroku,
  app: string,
  options: { clock: Clock; limit: Limit; signal?: AbortSignal },
): Promise<void> {
  const { clock, limit } = options;
  const needed = Math.min(STEADY_MS, limit.ms / 4);
  let seen = 'none';
  let steady: { readonly dynos: string; readonly since: number } | undefined;
  try {
    await waitFor(
      async () => {
        const [formation, current, dynos] = await Promise.all([
          heroku.formation(app),
          heroku.currentRelease(app),
          heroku.dynos(app),
        ]);
        const quantity = formation.find(({ type }) => type === 'web')?.quantity ?? 0;
        const web = dynos.filter(({ type, name }) => type === 'web' && !hasOneOffNumber(name));
        seen = web.map((dyno) => `${dyno.name} ${dyno.state} (v${dyno.releaseVersion})`).join(', ') || 'none';
        // One that sleeps for want of requests has been up (Dev Center: Eco Dyno Hours).
        const up = web.filter(
          ({ state, releaseVersion }) =>
            (state === 'up' || state === 'idle') && releaseVersion === current?.version,
        );
        if (up.length < quantity || up.length < web.length) {
          steady = undefined;
          return undefined;
        }
        const ids = up.map((dyno) => `${dyno.id} ${dyno.createdAt}`).join();
        if (steady?.dynos !== ids) steady = { dynos: ids, since: clock.now() };
        return up.length === 0 || clock.now() - steady.since >= needed ? true : undefined;
      },
      {
        clock,
        limit,
        what: 'every web dyno to be up on the current release, and to stay up',
        ...(options.signal ? { signal: options.signal } : {}),
        slowdown: () => heroku.slowdown ?? 1,
      },
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure({
      what: error.what,
      why: `${error.why ?? ''} Web dynos now: ${seen}.`.trim(),
      next: `Read \`heroku logs -a ${app}\`.`,
      ...(error.parameter === undefined ? {} : { parameter: error.parameter }),
      cause: error,
    });
  }
}
