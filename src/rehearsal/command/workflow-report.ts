import type { WorkflowJobResult, WorkflowOutput, WorkflowResult } from '../workflow/types.ts';
import { firstLine, linePrinter, stepOutput } from './report.ts';

/** An output with a heading before each job, and one for each that did not start. */
export function workflowOutput(write: (text: string) => void): WorkflowOutput {
  const printer = linePrinter(write);
  const { line } = printer;
  return {
    ...stepOutput(printer),
    jobStarted: ({ name, contexts, serialGroup, node }) => {
      const facts = [
        ...(node === undefined ? [] : [`node ${String(node.index)} of ${String(node.total)}`]),
        ...(contexts.length === 0 ? [] : [`contexts ${contexts.join(', ')}`]),
        ...(serialGroup === undefined ? [] : [`serial group ${serialGroup}`]),
      ];
      line(`######## Job ${name}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`);
    },
    jobEnded: (result) => {
      const ran = result.runs.length > 0;
      line(`${ran ? '' : '######## '}Job ${result.name}: ${outcome(result)}`);
    },
  };
}

/** The table of jobs and the sentence at the end. */
export function workflowSummary(result: WorkflowResult): string {
  const rows = [
    ...result.jobs.map(({ name, status, reason, runs, durationMs }) => ({
      name,
      status,
      time: runs.length === 0 ? '' : `${(durationMs / 1000).toFixed(1)}s`,
      why: reason ?? '',
    })),
    ...result.filtered.map(({ name, because }) => ({ name, status: 'filtered', time: '', why: because })),
  ];
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const table = rows.map(({ name, status, time, why }) =>
    `${name.padEnd(width)}  ${status.padEnd(12)}  ${time.padStart(7)}  ${firstLine(why)}`.trimEnd(),
  );
  const missed = result.missedCancels.map(
    ({ point, because }) => `--cancel ${point} had no occasion: ${because}.`,
  );
  return [...table, ...missed, `Workflow ${result.workflow} ${sentence(result)}.`, ''].join('\n');
}

function outcome({ status, reason }: WorkflowJobResult): string {
  return reason === undefined ? status : `${status}: ${firstLine(reason)}`;
}

function sentence({ status, aborted, reason, jobs }: WorkflowResult): string {
  if (aborted) return 'was interrupted';
  const held = jobs.filter((job) => job.status === 'on_hold').map(({ name }) => `--approve ${name}`);
  return {
    success: 'succeeded',
    failed: 'failed',
    unauthorized: 'is unauthorized',
    canceled: 'was canceled',
    on_hold: `is on hold: rehearse it again with ${held.join(' ')}`,
    not_run: `would not run: ${reason ?? ''}`,
  }[status];
}
