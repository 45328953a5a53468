import { ConfigError, RehearsalError } from '../errors.ts';
import { rehearseJob } from '../rehearse.ts';
import type { JobResult } from '../run/types.ts';
import { parseCancelPoint } from '../workflow/cancel-points.ts';
import { rehearseWorkflow } from '../workflow/rehearse.ts';
import type { WorkflowResult } from '../workflow/types.ts';
import type { RehearseArguments } from './options.ts';
import { notKept, summary, textOutput } from './report.ts';
import { sharedOptions } from './shared-options.ts';
import { wholeNumber } from './values.ts';
import { workflowOutput, workflowSummary } from './workflow-report.ts';

/** What the command needs of its surroundings. */
export interface RehearsePorts {
  /** Takes everything that is printed, live. */
  readonly write: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by the edge on SIGINT and SIGTERM: the job's processes get SIGTERM. */
  readonly terminate?: AbortSignal;
  /** Aborted by the edge when the user insists: they get SIGKILL. */
  readonly cancel?: AbortSignal;
}

export interface RehearseOutcome {
  /** What `REHEARSE_EXIT_CODES` says. */
  readonly exitCode: number;
  /** How the one job came out. Absent when a workflow was walked, or the options or the configuration were refused. */
  readonly result?: JobResult;
  /** How the workflow came out, when one was walked. */
  readonly workflow?: WorkflowResult;
}

/**
 * `heroku-cd rehearse`: runs one job of a configuration, or walks a workflow, on this machine and prints the output.
 * Faults of options and configuration are printed and end with 2, never thrown.
 */
export async function rehearseCommand(
  args: RehearseArguments,
  ports: RehearsePorts,
): Promise<RehearseOutcome> {
  try {
    return args.job === undefined ? await walkWorkflow(args, ports) : await runOneJob(args.job, args, ports);
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof RehearsalError)) throw error;
    ports.write(`${error.message}\n`);
    return { exitCode: 2 };
  }
}

async function runOneJob(
  job: string,
  args: RehearseArguments,
  ports: RehearsePorts,
): Promise<RehearseOutcome> {
  const { approve, cancel, denyContext } = args;
  refuseGiven({ approve, cancel, 'deny-context': denyContext }, 'is for a workflow: leave --job out');
  const result = await rehearseJob({
    ...(await sharedOptions(args, ports)),
    workflow: args.workflow,
    job,
    ...node(args),
    output: textOutput(ports.write),
  });
  ports.write(`${notKept(args, result.steps)}${summary(result)}`);
  return { exitCode: { success: 0, failed: 1, canceled: 130, not_run: 2 }[result.status], result };
}

async function walkWorkflow(args: RehearseArguments, ports: RehearsePorts): Promise<RehearseOutcome> {
  const { nodeIndex, nodeTotal } = args;
  refuseGiven({ 'node-index': nodeIndex, 'node-total': nodeTotal }, 'is for one job: name it with --job');
  if (args.workflow === undefined) {
    throw new RehearsalError(
      'Name the job to run with --job, or the workflow to walk with --workflow.',
      'job',
    );
  }
  const workflow = await rehearseWorkflow({
    ...(await sharedOptions(args, ports)),
    workflow: args.workflow,
    approve: args.approve ?? [],
    cancelAt: (args.cancel ?? []).map(parseCancelPoint),
    deniedContexts: args.denyContext ?? [],
    output: workflowOutput(ports.write),
  });
  const steps = workflow.jobs.flatMap(({ runs }) => runs.flatMap((one) => one.steps));
  ports.write(`${notKept(args, steps)}${workflowSummary(workflow)}`);
  return { exitCode: exitCodeOf(workflow), workflow };
}

function exitCodeOf({ status, aborted, missedCancels }: WorkflowResult): number {
  if (aborted) return 130;
  // Whoever wanted to see what follows a cancellation has not seen it.
  const succeeded = missedCancels.length === 0 ? 0 : 1;
  return { success: succeeded, failed: 1, unauthorized: 1, canceled: 1, on_hold: 3, not_run: 2 }[status];
}

/** An option that would be ignored is refused: the rehearsal would not be the one that was meant. */
function refuseGiven(options: Readonly<Record<string, unknown>>, why: string): void {
  const given = Object.keys(options).find((name) => {
    const value = options[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  if (given !== undefined) throw new RehearsalError(`--${given} ${why}.`, given);
}

function node(args: RehearseArguments): { node?: { index: number; total?: number } } {
  const { nodeIndex, nodeTotal } = args;
  if (nodeIndex === undefined && nodeTotal === undefined) return {};
  return {
    node: {
      index: wholeNumber('node-index', nodeIndex ?? '0'),
      ...(nodeTotal === undefined ? {} : { total: wholeNumber('node-total', nodeTotal) }),
    },
  };
}
