import { runProgram } from '../program.ts';
import { helperActs, migrateCommand, type Recipe } from './acts.ts';
import type { Command } from './child.ts';
import type { Figure } from './figures.ts';
import type { Bench } from './parts.ts';
import { ratioOf } from './rounds.ts';
import { makeShop, type Shop } from './shop.ts';
import { visit } from './visitor.ts';

/** Seconds that a build takes; the last one only where there is time for it. */
export const BUILDS = [5, 30, 120] as const;

/** A round takes as long as its build and half a minute at most, so there are no more than these. */
const ROUNDS = 5;

/** Milliseconds that a visitor was not served, in each round. */
interface Downtimes {
  readonly recipe: readonly number[];
  readonly ours: readonly number[];
}

/**
 * What a visitor sees of the original recipe, which pushes while the page is on, and of `heroku-cd migrate` with
 * `build-app`. Both run at once, on apps of their own, because they wait for builds most of the time.
 * @param builds lengths in seconds.
 * @param lengthOf what such a build takes on the local Heroku, in milliseconds.
 */
export async function measureDowntime(
  bench: Bench,
  builds: readonly (typeof BUILDS)[number][] = bench.long ? BUILDS : BUILDS.slice(0, -1),
  lengthOf: (seconds: number) => number = (seconds) => seconds * 1000,
): Promise<Figure[]> {
  const shop = await makeShop(bench, 'downtime');
  const found = new Map<(typeof BUILDS)[number], Downtimes>();
  for (const seconds of builds) {
    found.set(seconds, await downtimes(bench, shop, seconds, lengthOf(seconds)));
  }
  const shortest = found.get(5)?.ours ?? [];
  return [...found].flatMap(([seconds, { recipe, ours }]): Figure[] => {
    const measured = `downtime of \`heroku-cd migrate\` with \`build-app\`, a build of ${seconds} s (${range(ours)})`;
    const figure: Figure = {
      id: `downtime-${seconds}s`,
      measured,
      against: `the recipe’s (${range(recipe)})`,
      ratio: ratioOf(ours, recipe),
    };
    if (seconds === 5) return [figure];
    return [
      figure,
      {
        id: `downtime-growth-${seconds}s`,
        measured: `the same`,
        against: 'its own with a build of 5 s',
        ratio: ratioOf(ours, shortest),
      },
    ];
  });
}

async function downtimes(bench: Bench, shop: Shop, seconds: number, buildMs: number): Promise<Downtimes> {
  const { world, rounds } = bench;
  const [recipe, ours, builder] = ['recipe', 'ours', 'builder'].map(
    (name) => `downtime-${name}-${seconds}`,
  ) as [string, string, string];
  await shop.open(recipe, { buildMs });
  await shop.open(ours, { buildMs });
  await world.control.createApp({ name: builder, settings: { buildMs } });
  const found: { recipe: number[]; ours: number[] } = { recipe: [], ours: [] };
  for (let round = 1; round <= Math.min(rounds, ROUNDS); round += 1) {
    const commit = await shop.repository.commit();
    const of = (app: string): Recipe => ({ app, commit, cwd: shop.directory });
    const [long, short] = await Promise.all([
      downtimeOf(world.urls.router, recipe, helperActs(bench, of(recipe))),
      downtimeOf(world.urls.router, ours, [
        migrateCommand(bench, of(ours), { flags: ['--build-app', builder] }),
      ]),
    ]);
    found.recipe.push(long);
    found.ours.push(short);
  }
  return found;
}

/** How long the app's visitor was not served while the commands ran, in milliseconds. */
async function downtimeOf(router: string, app: string, commands: readonly Command[]): Promise<number> {
  const visitor = visit(`${router}/_app/${app}/`);
  try {
    for (const { program, args, cwd, environment } of commands) {
      const { code, stdout, stderr } = await runProgram(program, args, { cwd, environment });
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}, and said:\n${stdout}${stderr}`);
    }
  } finally {
    await visitor.leave();
  }
  if (visitor.unservedMs === 0) throw new Error(`The page of ${app} was never seen.`);
  return visitor.unservedMs;
}

function range(times: readonly number[]): string {
  const [least, most] = [Math.min(...times), Math.max(...times)].map((ms) => (ms / 1000).toFixed(1));
  return least === most ? `${least} s` : `${least} – ${most} s`;
}
