import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { missedAims } from './lib/bench/aims.ts';
import type { Figure } from './lib/bench/figures.ts';
import { startLocalWorld } from './lib/bench/local-world.ts';
import { describeMachine } from './lib/bench/machine.ts';
import { makeMaterials } from './lib/bench/materials.ts';
import { findCli } from './lib/bench/official-cli.ts';
import { readOptions, USAGE, type BenchOptions } from './lib/bench/options.ts';
import { PARTS, SIZES, type SectionTitle } from './lib/bench/parts.ts';
import { shown, toMarkdown, type Report } from './lib/bench/report.ts';
import { measureSizes } from './lib/bench/sizes.ts';
import { ROOT } from './lib/project.ts';

/** Measures, writes the report, and gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, ROOT);
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  const report = await measure(options);
  if (options.output !== undefined) {
    const style = await resolveConfig(ROOT);
    await writeFile(options.output, await format(toMarkdown(report), { ...style, parser: 'markdown' }));
    console.log(`wrote ${options.output}`);
  }
  if (!options.check) return 0;
  const missed = missedAims([...report.figures.values()].flat());
  for (const sentence of missed) console.error(`MISSED ${sentence}`);
  if (missed.length === 0) console.log('Every figure is within its aim.');
  return missed.length === 0 ? 0 : 1;
}

async function measure({ rounds, only, cli: install, long }: BenchOptions): Promise<Report> {
  const wanted = (name: string): boolean => only?.includes(name) ?? true;
  console.log(
    `Bundling the helper, and measuring ${rounds} rounds of ${only?.join(', ') ?? 'everything'} ...`,
  );
  const machine = await describeMachine(ROOT);
  const materials = await makeMaterials(ROOT);
  try {
    const cli = await findCli(materials, install, (line) => console.log(line));
    const world = await startLocalWorld(materials);
    try {
      const figures = new Map<SectionTitle, Figure[]>();
      for (const { section, measure: measurePart } of PARTS.filter(({ name }) => wanted(name))) {
        const found = told(await measurePart({ root: ROOT, materials, world, rounds, cli, long }));
        figures.set(section, [...(figures.get(section) ?? []), ...found]);
      }
      const sizes = wanted(SIZES) ? measureSizes(materials) : [];
      return { date: new Date(), machine, rounds, figures, sizes };
    } finally {
      await world.close();
    }
  } finally {
    await materials.remove();
  }
}

/** Says the figures as soon as they are there. */
function told(figures: Figure[]): Figure[] {
  for (const { measured, against, ratio } of figures) {
    const text = typeof ratio === 'string' ? ratio : shown(ratio.median);
    console.log(`${text.padStart(7)}  ${measured} ÷ ${against}`);
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
