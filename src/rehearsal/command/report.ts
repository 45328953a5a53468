import type { JobResult, RehearsalOutput, StepResult } from '../run/types.ts';
import type { RehearseArguments } from './options.ts';

/**
 * An output that prints a heading before each step, as CircleCI's local agent does, and says how a step ended when it did
 * not simply succeed.
 */
export function textOutput(write: (text: string) => void): RehearsalOutput {
  return stepOutput(linePrinter(write));
}

/** Prints text as it comes, and lines of our own on lines of their own. */
export interface LinePrinter {
  print(this: void, text: string): void;
  line(this: void, text: string): void;
}

export function linePrinter(write: (text: string) => void): LinePrinter {
  let atLineStart = true;
  const print = (text: string): void => {
    write(text);
    atLineStart = text.endsWith('\n');
  };
  return {
    print,
    line: (text) => {
      print(`${atLineStart ? '' : '\n'}${text}\n`);
    },
  };
}

/** The headings and endings of steps. */
export function stepOutput({ print, line }: LinePrinter): RehearsalOutput {
  return {
    stepStarted: ({ name }) => {
      line(`====>> ${firstLine(name)}`);
    },
    write: print,
    stepEnded: (result) => {
      if (result.status === 'skipped' || result.status === 'canceled') {
        line(`====>> ${firstLine(result.name)}: ${ending(result)}`);
      } else if (result.status === 'failed') {
        line(`Step failed: ${ending(result)}`);
      }
    },
  };
}

/** What went with the rehearsal’s own folder, and the options that keep it; nothing where nothing was lost. */
export function notKept(
  { cacheDir, artifactsDir }: Pick<RehearseArguments, 'cacheDir' | 'artifactsDir'>,
  steps: readonly StepResult[],
): string {
  const did = (type: string): boolean =>
    steps.some((step) => step.type === type && step.status === 'success');
  const lost = [
    ...(cacheDir === undefined && did('save_cache')
      ? [
          'the caches, and in them the journal of the run (--cache-dir FOLDER keeps them for the next rehearsal)',
        ]
      : []),
    ...(artifactsDir === undefined && did('store_artifacts')
      ? ['the artifacts (--artifacts-dir FOLDER keeps them)']
      : []),
  ];
  return lost.length === 0 ? '' : `Not kept: ${lost.join('; ')}.\n`;
}

/** The table of steps and the sentence at the end. */
export function summary(result: JobResult): string {
  const rows = result.steps.map((step) => {
    const time = `${(step.durationMs / 1000).toFixed(1)}s`.padStart(8);
    return `${step.status.padEnd(10)} ${time}  ${firstLine(step.name)}`;
  });
  const sentence = {
    success: result.halted ? 'was halted and counts as succeeded' : 'succeeded',
    failed: `failed: ${firstLine(result.reason ?? '')}`,
    canceled: 'was canceled',
    not_run: `would not run: ${result.reason ?? ''}`,
  }[result.status];
  return [...rows, `Job ${result.job} ${sentence}.`, ''].join('\n');
}

function ending(step: StepResult): string {
  return step.reason ?? (step.exitCode === null ? step.status : `exit code ${String(step.exitCode)}`);
}

/** A text in one line of a table. */
export function firstLine(text: string): string {
  const [first = ''] = text.trim().split('\n');
  return first.length > 100 ? `${first.slice(0, 100)}…` : first;
}
