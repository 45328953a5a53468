import { join } from 'node:path';
import { costOf, peakMemoryOf, type Command } from './child.ts';
import { costFigures, medianOf, type Figure } from './figures.ts';
import type { Bench } from './parts.ts';
import { interleave, ratioOf } from './rounds.ts';
import { makeShop } from './shop.ts';

const [APP, MEGABYTE] = ['output', 1_000_000];
const LINE = 'migrating a row, whose number and name are of no interest to anybody but a log ';

/** A command that prints so many megabytes in lines of 80 bytes. */
function printing(megabytes: number): string {
  return `yes ${JSON.stringify(LINE)} | head -c ${megabytes * MEGABYTE}`;
}

/**
 * What a one-off dyno prints, on its way to the job's log: how fast against who copies it as it comes and
 * against the official CLI, and how much memory 100 MB of a migration take against 1 MB.
 */
export async function measureOutput(bench: Bench): Promise<Figure[]> {
  const { materials, world, rounds, cli } = bench;
  const shop = await makeShop(bench, 'output');
  await shop.open(APP);
  const here = { cwd: shop.directory, environment: world.trusting, silent: true };
  const node = (...args: string[]): Command => ({ program: process.execPath, args, ...here });
  const cost = (command: Command) => () => costOf(command, materials.folder);
  const official: Command | undefined = cli && {
    ...node(cli.program, 'run', '--exit-code', '-a', APP, '--', printing(100)),
    environment: { ...world.trusting, ...cli.environment },
  };
  const found = await interleave(rounds, {
    run: cost(node(materials.helper, 'run', '--app-name', APP, '--', printing(100))),
    copy: cost(node(join(__dirname, 'tls-copy.cjs'), APP, printing(100))),
    ...(official && { official: cost(official) }),
    much: () => peakMemoryOf(migrating(bench, here, 100), materials.folder),
    little: () => peakMemoryOf(migrating(bench, here, 1), materials.folder),
  });
  const speed = (costs: readonly { readonly time: number }[]): string =>
    `${(100 / (medianOf(costs.map(({ time }) => time)) / 1000)).toFixed(0)} MB/s`;
  const called = `\`heroku-cd run\` of what prints 100 MB (${speed(found.run)})`;
  return [
    ...costFigures(
      'output-100mb',
      [called, found.run],
      [`copying a TLS connection (${speed(found.copy)})`, found.copy],
    ),
    ...costFigures(
      'output-100mb-cli',
      [called, found.run],
      [`\`heroku run\`${found.official ? ` (${speed(found.official)})` : ''}`, found.official],
    ),
    {
      id: 'output-memory',
      measured: '`heroku-cd migrate`, whose migration prints 100 MB: peak memory',
      against: 'one that prints 1 MB',
      ratio: ratioOf(found.much, found.little),
    },
  ];
}

/** A migration of what is deployed already; its waits are short, because memory does not depend on them. */
function migrating(
  { materials, world }: Bench,
  here: Pick<Command, 'cwd' | 'silent'>,
  megabytes: number,
): Command {
  return {
    program: process.execPath,
    args: [
      materials.helper,
      'migrate',
      ...['--app-name', APP, '--revision', 'HEAD', '--push=false', '--backup', 'never'],
      ...['--migrate-command', printing(megabytes)],
    ],
    ...here,
    environment: {
      ...world.trusting,
      HEROKU_CD_STATE_DIR: join(materials.folder, 'state-of-output'),
      HEROKU_CD_TIME_LAPSE: '10',
    },
  };
}
