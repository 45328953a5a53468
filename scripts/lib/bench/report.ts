import { AIMS, TOLERANCE } from './aims.ts';
import { RUNS } from './child.ts';
import type { Figure, Size } from './figures.ts';
import type { Machine } from './machine.ts';
import { SECTIONS, type SectionTitle } from './parts.ts';

/** Everything that a run of the bench has found. */
export interface Report {
  readonly date: Date;
  readonly machine: Machine;
  readonly rounds: number;
  /** Of what was measured, in the order of the sections. */
  readonly figures: ReadonlyMap<SectionTitle, readonly Figure[]>;
  readonly sizes: readonly Size[];
}

/** Fewer rounds than this say nothing. */
const ENOUGH = 5;

/** The report for people, in Markdown. */
export function toMarkdown(report: Report): string {
  const { date, machine, rounds, figures, sizes } = report;
  const few = rounds < ENOUGH ? [`**${rounds} rounds are too few to go by; at least ${ENOUGH} are.**`] : [];
  return [
    '# Benchmarks',
    'Written by `npm run bench`; do not edit. Run it to measure your own machine, and one part of it with `npm run bench -- --only NAME`; `--help` names the parts.',
    `Every figure is a ratio to a named alternative that was measured in the same rounds, because a time alone says more of the machine than of heroku-cd: 0.5 is half of it. Both sides take turns; each round gives one ratio, and the figure is the median of ${rounds} rounds, after one that is not counted; of ${ENOUGH} where a round takes long, which downtimes and the work on the orb do. Beside it stand the lowest and the highest. Where a program takes but a moment, its measure in a round is the least of ${RUNS} runs.`,
    'Time is what one waits for; CPU time is the work of the program and of those that it starts, and differs less from run to run. Where other work keeps more processors busy than the machine has, times are too high, and CPU times are the ones to go by.',
    ...few,
    `The aim is what was measured when it was set, with a margin, or what ought to be reached where that is less. \`npm run bench -- --check\` writes nothing, and fails when a figure is worse than its aim by more than ${TOLERANCE * 100} %.`,
    '## Machine',
    table(
      ['', ''],
      [
        ['Date', date.toISOString().slice(0, 10)],
        ...Object.entries(machine).filter(([, what]) => what !== ''),
      ],
    ),
    ...[...figures].flatMap(([title, rows]) => [
      `## ${title}`,
      SECTIONS[title],
      table(['measured', 'against', 'ratio', 'lowest – highest', 'aim'], rows.map(cells)),
    ]),
    ...sizesSection(sizes),
    '',
  ].join('\n\n');
}

function sizesSection(sizes: readonly Size[]): string[] {
  if (sizes.length === 0) return [];
  return [
    '## Sizes',
    table(
      ['part', 'bytes', 'share', 'of'],
      sizes.map(({ part, bytes, of, ofBytes }) => [
        part,
        bytes.toLocaleString('en'),
        `${((bytes / ofBytes) * 100).toFixed(1)} %`,
        `${of}, ${ofBytes.toLocaleString('en')}`,
      ]),
    ),
  ];
}

function cells({ id, measured, against, ratio }: Figure): string[] {
  const aim = `≤ ${AIMS[id]}`;
  if (typeof ratio === 'string') return [measured, against, ratio, '', aim];
  const { median, lowest, highest } = ratio;
  return [measured, against, shown(median), `${shown(lowest)} – ${shown(highest)}`, aim];
}

/** Three digits where there are as many, and none that say nothing. */
export function shown(ratio: number): string {
  return ratio.toFixed(ratio < 0.1 ? 3 : 2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
