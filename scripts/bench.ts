import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { missedAims } from './lib/bench/aims.ts';
import { measureDeployment } from './lib/bench/deployment.ts';
import type { Figure } from './lib/bench/figures.ts';
import { measureGeneration } from './lib/bench/generation.ts';
import { measureInstall } from './lib/bench/install.ts';
import { startLocalWorld } from './lib/bench/local-world.ts';
import { describeMachine } from './lib/bench/machine.ts';
import { makeMaterials } from './lib/bench/materials.ts';
import { readOptions, USAGE } from './lib/bench/options.ts';
import { toMarkdown, type Report } from './lib/bench/report.ts';
import { measureSizes } from './lib/bench/sizes.ts';
import { measureStartUp } from './lib/bench/start-up.ts';
import { ROOT } from './lib/project.ts';

/** Measures, writes the report, and gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, ROOT);
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  const report = await measure(options.rounds);
  if (options.output !== undefined) {
    const style = await resolveConfig(ROOT);
    await writeFile(options.output, await format(toMarkdown(report), { ...style, parser: 'markdown' }));
    console.log(`wrote ${options.output}`);
  }
  if (!options.check) return 0;
  const missed = missedAims(report.figures);
  for (const sentence of missed) console.error(`MISSED ${sentence}`);
  if (missed.length === 0) console.log('Every figure is within its aim.');
  return missed.length === 0 ? 0 : 1;
}

async function measure(rounds: number): Promise<Report> {
  console.log(`Bundling the helper, and measuring ${rounds} rounds of everything ...`);
  const machine = await describeMachine(ROOT);
  const materials = await makeMaterials(ROOT);
  try {
    const world = await startLocalWorld(materials);
    try {
      const figures = [
        ...told(await measureStartUp(materials, world, rounds)),
        ...told(await measureInstall(materials, rounds)),
        ...told(await measureDeployment(materials, world, rounds)),
      ];
      const generation = told(await measureGeneration(ROOT, materials, rounds));
      const sizes = measureSizes(materials);
      return { date: new Date(), machine, rounds, figures, sizes, generation };
    } finally {
      await world.close();
    }
  } finally {
    await materials.remove();
  }
}

/** Says the figures as soon as they are there. */
function told<Id extends string>(figures: Figure<Id>[]): Figure<Id>[] {
  for (const { measured, against, ratio } of figures) {
    console.log(`${ratio.median.toFixed(2).padStart(7)}  ${measured} ÷ ${against}`);
  }
  return figures;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
