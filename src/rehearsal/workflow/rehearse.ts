import { randomUUID } from 'node:crypto';
import { RehearsalError } from '../errors.ts';
import type { CompiledWorkflow } from '../expand/types.ts';
import { compileRehearsal, preparePipeline, withFolder } from '../prepare.ts';
import { selectWorkflow } from '../select.ts';
import { planCancels } from './cancel-points.ts';
import { CancelWatch } from './cancel-watch.ts';
import { JobRuns } from './job-runs.ts';
import { membership } from './membership.ts';
import type { Membership } from './membership.ts';
import type { WorkflowOptions } from './options.ts';
import type { WorkflowJobResult, WorkflowOutput, WorkflowResult } from './types.ts';
import { walk } from './walk.ts';

const silent: WorkflowOutput = { write: () => undefined };

/**
 * Runs a whole workflow on this machine as CircleCI would: the jobs that this pipeline has, each when its requirements
 * are met, one after the other. Each job starts from nothing but its checkout; caches, the workspace and what jobs push to
 * `origin` (a copy) are all that crosses from one to another. Nothing that a job starts outlives it.
 * @returns how each job came out; failing jobs are a result, not an error.
 * @throws ConfigError for faults of the configuration, RehearsalError for options that cannot be met; then nothing ran.
 */
export async function rehearseWorkflow(options: WorkflowOptions): Promise<WorkflowResult> {
  return withFolder(async (folder) => {
    const began = Date.now();
    const pipeline = await preparePipeline(options, folder);
    const facts = { id: randomUUID(), ...pipeline.facts };
    const workflow = selectWorkflow(await compileRehearsal(options, facts), options.workflow);
    const id = options.builtIns?.CIRCLE_WORKFLOW_ID ?? randomUUID();
    checkNames(workflow, options);
    const watch = new CancelWatch(
      planCancels(options.cancelAt ?? [], workflow.jobs),
      options.output ?? silent,
    );
    const members = membership(workflow);
    const base = { workflow: workflow.name, id, aborted: false, jobs: [], missedCancels: [] };
    const refusal = reasonNotToRun(workflow, members);
    if (refusal !== undefined) {
      const { filtered } = members;
      return { ...base, status: 'not_run', reason: refusal, filtered, durationMs: Date.now() - began };
    }
    const runs = new JobRuns(options, { folder, pipeline: { ...pipeline, facts }, workflowId: id }, watch);
    runs.prepare(members.jobs);
    announce(workflow, members, watch);
    const aborted = (): boolean => options.terminate?.aborted === true || options.cancel?.aborted === true;
    const jobs = await walk(members.jobs, {
      approved: new Set(options.approve),
      deniedContexts: new Set(options.deniedContexts),
      output: watch,
      run: async (job) => runs.run(job),
      aborted,
    });
    return {
      ...base,
      status: aborted() ? 'canceled' : statusOf(jobs),
      aborted: aborted(),
      jobs,
      filtered: members.filtered,
      missedCancels: watch.missed(),
      durationMs: Date.now() - began,
    };
  });
}

function reasonNotToRun({ name, selection }: CompiledWorkflow, { jobs }: Membership): string | undefined {
  if (!selection.runs) return selection.because;
  return jobs.length === 0 ? `this pipeline has no job of workflow ${name}` : undefined;
}

/** What the reader has to know before the first job, because nothing else would show it. */
function announce(workflow: CompiledWorkflow, { dropped }: Membership, output: WorkflowOutput): void {
  for (const { job, required } of dropped) {
    output.write(
      `${job} requires ${required}, which this pipeline does not have: CircleCI starts ${job} without it.\n`,
      -1,
    );
  }
  if (workflow.maxAutoReruns !== undefined) {
    output.write('The workflow has max_auto_reruns; a rehearsal runs every job once.\n', -1);
  }
}

/** A name that fits nothing would change nothing, and the rehearsal would seem to prove what it does not. */
function checkNames({ name, jobs }: CompiledWorkflow, options: WorkflowOptions): void {
  const approvals = jobs.filter(({ type }) => type === 'approval').map((job) => job.name);
  const contexts = jobs.flatMap((job) => job.contexts);
  const names = jobs.map((job) => job.name);
  const check = (option: string, wanted: readonly string[], known: readonly string[], what: string): void => {
    const unknown = wanted.find((one) => !known.includes(one));
    if (unknown === undefined) return;
    const list = known.length === 0 ? 'none' : [...new Set(known)].join(', ');
    throw new RehearsalError(
      `--${option} ${unknown}: workflow ${name} has no such ${what}; it has ${list}.`,
      option,
    );
  };
  check('approve', options.approve ?? [], approvals, 'approval job');
  check('deny-context', options.deniedContexts ?? [], contexts, 'context');
  check('homes', Object.keys(options.homes ?? {}), names, 'job');
}

/** Source: CircleCI docs, "Workflow orchestration", states; a failure is not hidden by an approval still to come. */
function statusOf(jobs: readonly WorkflowJobResult[]): WorkflowResult['status'] {
  const order = ['failed', 'unauthorized', 'canceled', 'on_hold'] as const;
  return order.find((status) => jobs.some((job) => job.status === status)) ?? 'success';
}
