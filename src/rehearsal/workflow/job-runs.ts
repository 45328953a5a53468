import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { messageOf, RehearsalError } from '../errors.ts';
import type { WorkflowJob } from '../expand/types.ts';
import { removeFolder } from '../prepare.ts';
import type { Pipeline } from '../prepare.ts';
import { checkHosts } from '../run/against.ts';
import { runJob } from '../run/job.ts';
import type { JobResult, JobSetup } from '../run/types.ts';
import { jobSetup, nameMissingContexts } from '../setup.ts';
import type { CancelWatch } from './cancel-watch.ts';
import type { WorkflowOptions } from './options.ts';
import type { JobEnd, WorkflowJobResult } from './types.ts';
import { about } from './walk.ts';

/** What all jobs of one workflow have in common. */
export interface WorkflowPlace {
  readonly folder: string;
  readonly pipeline: Pipeline;
  readonly workflowId: string;
}

/** Runs a workflow's jobs with steps, each on its own in a folder of its own. */
export class JobRuns {
  private readonly setups = new Map<string, readonly JobSetup[]>();

  constructor(
    private readonly options: WorkflowOptions,
    private readonly place: WorkflowPlace,
    private readonly watch: CancelWatch,
  ) {}

  /**
   * Makes all jobs ready to run, so that a refusal comes before the first one starts.
   * @throws RehearsalError naming the job, when it would talk to a host that it must not.
   */
  prepare(jobs: readonly WorkflowJob[]): void {
    for (const [index, entry] of jobs.entries()) {
      const setups = this.setupsOf(entry, index + 1);
      for (const { job, environment } of setups) {
        try {
          checkHosts(job, environment, this.options.against);
        } catch (error) {
          if (!(error instanceof RehearsalError)) throw error;
          throw new RehearsalError(`Job ${entry.name}: ${messageOf(error)}`, error.field);
        }
      }
      this.setups.set(entry.name, setups);
    }
  }

  /** Runs a job that was prepared, on all its nodes. CircleCI starts them side by side, so one's failure stops no other. */
  async run(entry: WorkflowJob): Promise<WorkflowJobResult> {
    const began = Date.now();
    const setups = this.setups.get(entry.name) ?? [];
    const runs: JobResult[] = [];
    for (const [index, setup] of setups.entries()) {
      const { name, contexts, serialGroup } = about(entry);
      this.watch.jobStarted({
        ...{ name, contexts },
        ...(serialGroup === undefined ? {} : { serialGroup }),
        ...(setups.length === 1 ? {} : { node: { index, total: setups.length } }),
      });
      nameMissingContexts(this.options, { job: setup.job, entry }, this.watch);
      runs.push(await this.runNode(setup));
      if (runs.at(-1)?.status === 'canceled') break;
    }
    const status = worst(runs);
    const reason = this.reasonOf(status, runs);
    return {
      ...about(entry),
      status,
      ...(reason === undefined ? {} : { reason }),
      runs,
      durationMs: Date.now() - began,
    };
  }

  private async runNode(setup: JobSetup): Promise<JobResult> {
    const { cancel } = this.options;
    const signals = [this.watch.signal, ...(cancel === undefined ? [] : [cancel])];
    try {
      return await runJob({ ...setup, output: this.watch, cancel: AbortSignal.any(signals) });
    } finally {
      await removeFolder(setup.root);
    }
  }

  private setupsOf(entry: WorkflowJob, number: number): JobSetup[] {
    const { job } = entry;
    if (job === undefined) return [];
    const { options, place } = this;
    const total = job.parallelism ?? 1;
    const workflowJobId = randomUUID();
    return Array.from({ length: total }, (_, index) => {
      // The last part keeps one job's folder from being the beginning of another's name.
      const root = join(place.folder, 'jobs', String(number), String(index), 'run');
      const artifacts =
        options.artifactsFolder === undefined
          ? {}
          : { artifactsFolder: this.artifactsOf(entry, index, total) };
      const home = options.homes?.[entry.name];
      return jobSetup(
        {
          ...options,
          ...artifacts,
          cacheFolder: options.cacheFolder ?? join(place.folder, 'cache'),
          workspaceFolder: options.workspaceFolder ?? join(place.folder, 'workspace'),
          node: { index, total },
          ...(home === undefined ? {} : { home }),
        },
        { job, entry },
        {
          root,
          pipeline: place.pipeline,
          numbers: { workflowId: place.workflowId, workflowJobId, buildNumber: number },
        },
      );
    });
  }

  /** Every job has artifacts of its own, and every node of a parallel one. */
  private artifactsOf(entry: WorkflowJob, index: number, total: number): string {
    const name = entry.name.replace(/[^\w.-]/g, '-').replace(/^\.+$/, '-');
    return join(this.options.artifactsFolder ?? '', name, ...(total === 1 ? [] : [String(index)]));
  }

  private reasonOf(status: JobEnd, runs: readonly JobResult[]): string | undefined {
    const { reached } = this.watch;
    if (status === 'canceled') return reached === undefined ? undefined : `--cancel ${reached.text}`;
    if (status === 'success') return runs.some(({ halted }) => halted) ? 'it was halted' : undefined;
    const index = runs.findIndex((run) => run.status === status);
    const reason = runs[index]?.reason;
    return runs.length === 1 || reason === undefined ? reason : `node ${String(index)}: ${reason}`;
  }
}

function worst(runs: readonly JobResult[]): JobEnd {
  const order = ['canceled', 'failed', 'not_run'] as const;
  return order.find((status) => runs.some((run) => run.status === status)) ?? 'success';
}
