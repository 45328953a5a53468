import { Failure } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Dyno, Heroku, ProcessFormation, Release } from '../ports/heroku.ts';
import type { Limit } from '../time/budget.ts';
import { waitFor } from '../time/wait.ts';
import { hasOneOffNumber } from './one-offs.ts';

/** For so long every web dyno must have been up: one that crashes does so soon after it has come up. */
const STEADY_MS = 3_000;

/** What web dynos are judged by. */
interface Wanted {
  readonly formation: readonly ProcessFormation[];
  readonly current: Release | undefined;
}

interface Options {
  readonly clock: Clock;
  readonly limit: Limit;
  readonly signal?: AbortSignal;
  /** What was read a moment ago. */
  readonly seen?: Wanted;
}

/**
 * Waits until every web dyno is up, of the current release, and stays so for some seconds. An app whose web
 * is scaled to zero has none to wait for. Gives what was read last, all in one go.
 * @throws Failure that names `boot-timeout` and the state of the dynos.
 */
export async function waitForWeb(heroku: Heroku, app: string, options: Options): Promise<Wanted> {
  const { clock, limit, signal } = options;
  const needed = Math.min(STEADY_MS, limit.ms / 4);
  let wanted = options.seen;
  let shown = 'none';
  const read = async (): Promise<Wanted> => {
    const [formation, current] = await Promise.all([heroku.formation(app), heroku.currentRelease(app)]);
    return { formation, current };
  };
  /** What identifies the web dynos in the state that they are in, where all of them are up as they should. */
  const upAsWanted = async (anew: boolean): Promise<string | undefined> => {
    const before = anew ? undefined : wanted;
    const [known, dynos] = await Promise.all([before ?? read(), heroku.dynos(app)]);
    wanted = known;
    const web = dynos.filter(({ type, name }) => type === 'web' && !hasOneOffNumber(name));
    shown = web.map((dyno) => `${dyno.name} ${dyno.state} (v${dyno.releaseVersion})`).join(', ') || 'none';
    // One that sleeps for want of requests has been up (Dev Center: Eco Dyno Hours).
    if (!web.every(({ state }) => state === 'up' || state === 'idle')) return undefined;
    if (!fits(web, wanted)) {
      if (before === undefined) return undefined;
      // Somebody may have scaled or released since.
      wanted = await read();
      if (!fits(web, wanted)) return undefined;
    }
    return web.map(({ id, createdAt, updatedAt = '' }) => `${id} ${createdAt} ${updatedAt}`).join();
  };
  try {
    return await waitFor(
      async () => {
        const up = await upAsWanted(false);
        if (up === undefined) return undefined;
        // Whatever happens to a dyno meanwhile shows afterwards: another one has another id, and any change its time.
        if (up !== '') await clock.sleep(needed, signal);
        return (await upAsWanted(true)) === up ? wanted : undefined;
      },
      {
        clock,
        limit,
        what: 'every web dyno to be up on the current release, and to stay up',
        ...(signal ? { signal } : {}),
        slowdown: () => heroku.slowdown ?? 1,
      },
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure({
      what: error.what,
      why: `${error.why ?? ''} Web dynos now: ${shown}.`.trim(),
      next: `Read \`heroku logs -a ${app}\`.`,
      ...(error.parameter === undefined ? {} : { parameter: error.parameter }),
      cause: error,
    });
  }
}

/** So many as there should be, all of the current release. */
function fits(web: readonly Dyno[], { formation, current }: Wanted): boolean {
  const quantity = formation.find(({ type }) => type === 'web')?.quantity ?? 0;
  return web.length >= quantity && web.every(({ releaseVersion }) => releaseVersion === current?.version);
}
