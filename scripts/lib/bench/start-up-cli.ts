import { costOf, leastCost, peakMemoryOf, type Command } from './child.ts';
import { costFigures, NOT_INSTALLED, type Figure } from './figures.ts';
import type { Bench } from './parts.ts';
import { interleave, ratioOf } from './rounds.ts';

const APP = 'bench-page';
const [OURS, THEIRS] = ['`heroku-cd maintenance on`', '`heroku maintenance:on`'];

/** The smallest act, which is start-up and little else, of heroku-cd and of the official CLI. */
export async function measureStartUpAgainstCli({ materials, world, rounds, cli }: Bench): Promise<Figure[]> {
  const memoryFigure = (ratio: Figure['ratio']): Figure => ({
    id: 'start-up-cli-memory',
    measured: `${OURS}: peak memory`,
    against: THEIRS,
    ratio,
  });
  if (cli === undefined) {
    return [...costFigures('start-up-cli', [OURS, []], [THEIRS, undefined]), memoryFigure(NOT_INSTALLED)];
  }
  world.createApp(APP);
  const command = (program: string, args: readonly string[], environment = {}): Command => ({
    program: process.execPath,
    args: [program, ...args],
    cwd: materials.folder,
    environment: { ...world.environment, ...environment },
  });
  const ours = command(materials.helper, ['maintenance', 'on', '--app-name', APP]);
  const theirs = command(cli.program, ['maintenance:on', '-a', APP], cli.environment);
  const cost = (each: Command) => leastCost(() => costOf(each, materials.folder));
  const memory = (each: Command) => peakMemoryOf(each, materials.folder);
  const found = await interleave(rounds, {
    ours: () => cost(ours),
    theirs: () => cost(theirs),
    oursMemory: () => memory(ours),
    theirsMemory: () => memory(theirs),
  });
  return [
    ...costFigures('start-up-cli', [OURS, found.ours], [THEIRS, found.theirs]),
    memoryFigure(ratioOf(found.oursMemory, found.theirsMemory)),
  ];
}
