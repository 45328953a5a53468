import { AIMS, TOLERANCE } from './aims.ts';
import { RUNS } from './child.ts';
import type { Figure, Size } from './figures.ts';
import type { GenerationPart } from './generation.ts';
import type { Machine } from './machine.ts';

/** Everything that a run of the bench has found. */
export interface Report {
  readonly date: Date;
  readonly machine: Machine;
  readonly rounds: number;
  readonly figures: readonly Figure[];
  readonly sizes: readonly Size[];
  readonly generation: readonly Figure<GenerationPart>[];
}

/** Fewer rounds than this say nothing. */
const ENOUGH = 5;

/** The report for people, in Markdown. */
export function toMarkdown(report: Report): string {
  const { date, machine, rounds, figures, sizes, generation } = report;
  const few = rounds < ENOUGH ? [`**${rounds} rounds are too few to go by; at least ${ENOUGH} are.**`] : [];
  return [
    '# Benchmarks',
    'Written by `npm run bench`; do not edit. Run it to measure your own machine; it takes a few minutes.',
    `Every figure is a ratio to a named alternative that was measured in the same rounds, because a time alone says more of the machine than of heroku-cd. Both sides take turns; each round gives one ratio, and the figure is the median of ${rounds} rounds, after one that is not counted. Beside it stand the lowest and the highest. Where a program takes but a moment, its measure in a round is the least of ${RUNS} runs.`,
    'Time is what one waits for; CPU time is the work of the program and of those that it starts, and differs less from run to run. Where other work keeps more processors busy than the machine has, times are too high, and CPU times are the ones to go by.',
    ...few,
    `The aim is what was measured when it was set, with a margin. \`npm run bench -- --check\` writes nothing, and fails when a figure is worse than its aim by more than ${TOLERANCE * 100} %.`,
    '## Machine',
    table(
      ['', ''],
      [
        ['Date', date.toISOString().slice(0, 10)],
        ...Object.entries(machine).filter(([, what]) => what !== ''),
      ],
    ),
    '## In a job',
    'The local Heroku (`heroku-cd simulate`) answers on the same machine, so the way to the real one is not in these figures. The app has no build time and no web process: what is left is what heroku-cd adds. Both sides of a push speak to the same local Heroku.',
    table(
      ['measured', 'against', 'ratio', 'lowest – highest', 'aim'],
      figures.map((figure) => [...cells(figure), `≤ ${AIMS[figure.id]}`]),
    ),
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
    '## Generating the orb',
    'For those who work on heroku-cd; there is no aim.',
    table(['measured', 'against', 'ratio', 'lowest – highest'], generation.map(cells)),
    '',
  ].join('\n\n');
}

function cells({ measured, against, ratio }: Figure<string>): string[] {
  const { median, lowest, highest } = ratio;
  return [measured, against, median.toFixed(2), `${lowest.toFixed(2)} – ${highest.toFixed(2)}`];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
