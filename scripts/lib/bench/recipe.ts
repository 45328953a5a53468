import { cliActs, helperActs, migrateCommand, type Recipe } from './acts.ts';
import { costOfAll, type Command, type Cost } from './child.ts';
import { costFigures, medianOf, ratioOrNone, type Figure } from './figures.ts';
import type { Bench } from './parts.ts';
import { commitOfRound } from './repository.ts';
import { interleave, ratioOf } from './rounds.ts';
import { makeShop } from './shop.ts';

type Run = Cost & { readonly requests: number };

/** Every wait of heroku-cd passes so many times faster, for what its work is without them. */
const TIME_LAPSE = 20;
/** More requests than these, for each deployment, are many of the 4 500 an hour (Dev Center: Platform API, rate limits). */
const REQUESTS = 30;
/** Milliseconds until a request for a backup is answered: the dump of an empty database is over by then. */
const DUMP_MS = 300;

/**
 * The recipe in seven acts, done by `heroku-cd migrate`, by seven acts of heroku-cd and by the official CLI, with and
 * without reading back what they did.
 */
export async function measureRecipe(bench: Bench): Promise<Figure[]> {
  const { materials, world, rounds, cli } = bench;
  const shop = await makeShop(bench, 'recipe');
  const [ours, quick, acts] = ['recipe-ours', 'recipe-quick', 'recipe-acts'] as const;
  const [official, readBack] = ['recipe-cli', 'recipe-cli-read'] as const;
  const ofCli = cli === undefined ? [] : [official, readBack];
  for (const app of [ours, quick, acts, ...ofCli]) await shop.open(app);
  const { id } = await world.control.addFault({
    match: { surface: 'data', method: 'POST', path: '/backups$' },
    effect: { kind: 'delay', ms: DUMP_MS, when: 'after-effect' },
  });
  const commitOf = commitOfRound(shop.repository);
  const measure =
    (app: string, commands: (recipe: Recipe) => readonly Command[]) =>
    async (round: number): Promise<Run> => {
      const recipe = { app, commit: await commitOf(round), cwd: shop.directory };
      await world.control.clearRequests();
      const cost = await costOfAll(commands(recipe), materials.folder);
      return { ...cost, requests: (await world.control.requests()).length };
    };
  const lapse = { environment: { HEROKU_CD_TIME_LAPSE: String(TIME_LAPSE) } };
  const found = await interleave(rounds, {
    ours: measure(ours, (recipe) => [migrateCommand(bench, recipe)]),
    quick: measure(quick, (recipe) => [migrateCommand(bench, recipe, lapse)]),
    acts: measure(acts, (recipe) => helperActs(bench, recipe)),
    ...(cli === undefined
      ? {}
      : {
          cli: measure(official, (recipe) => cliActs(bench, recipe) ?? []),
          cliReadBack: measure(readBack, (recipe) => cliActs(bench, recipe, true) ?? []),
        }),
  }).finally(() => world.control.removeFault(id));
  return figuresOf({ cli: undefined, cliReadBack: undefined, ...found });
}

interface Runs {
  readonly ours: readonly Run[];
  readonly quick: readonly Run[];
  readonly acts: readonly Run[];
  readonly cli: readonly Run[] | undefined;
  readonly cliReadBack: readonly Run[] | undefined;
}

function figuresOf({ ours, quick, acts, cli, cliReadBack }: Runs): Figure[] {
  const migrate = '`heroku-cd migrate`';
  const [byActs, byCli] = ['seven commands of heroku-cd', 'seven commands of the official CLI'];
  const requests = (runs: readonly Run[]): number[] => runs.map((run) => run.requests);
  const count = (runs: readonly Run[] | undefined): string =>
    runs === undefined ? '' : ` (${medianOf(requests(runs))})`;
  return [
    ...costFigures('recipe-acts', [migrate, ours], [byActs, acts]),
    {
      id: 'recipe-acts-requests',
      measured: `${migrate}: requests${count(ours)}`,
      against: byActs + count(acts),
      ratio: ratioOrNone(requests(ours), requests(acts)),
    },
    {
      id: 'recipe-requests',
      measured: `${migrate}: requests${count(ours)}`,
      against: `${REQUESTS}, the most that it ought to make`,
      ratio: ratioOf(
        requests(ours),
        ours.map(() => REQUESTS),
      ),
    },
    ...costFigures('recipe-cli', [migrate, ours], [byCli, cli]),
    {
      id: 'recipe-cli-requests',
      measured: `${migrate}: requests${count(ours)}`,
      against: byCli + count(cli),
      ratio: ratioOrNone(requests(ours), cli === undefined ? undefined : requests(cli)),
    },
    ...costFigures(
      'recipe-cli-read-back',
      [migrate, ours],
      [`${byCli} and the six that show what they did`, cliReadBack],
    ),
    ...costFigures(
      'recipe-cli-without-waits',
      [`${migrate}, its waits ${TIME_LAPSE} times shorter`, quick],
      [byCli, cli],
    ),
  ];
}
