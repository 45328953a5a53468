import {
  Config,
  Job,
  Workflow,
  executors,
  orb as orbs,
  parameters,
  workflow as workflows,
} from '@circleci/circleci-config-sdk';
import { orderComponent, orderConfig } from './order.ts';
import type { StepShape } from './shapes.ts';
import { generateStep, type Step } from './steps.ts';

/** A job that an example defines itself. */
export interface UsageJob {
  readonly name: string;
  readonly image: string;
  readonly steps: readonly Step[];
}

/** An entry of an example's workflow. */
export interface UsageEntry {
  /** A job of the example, or `alias/name` of the orb's. */
  readonly job: string;
  readonly name?: string;
  /** The entry is a job of type `approval`, of this name: it waits until a person approves it. */
  readonly approval?: true;
  /** Jobs that must have succeeded, or the statuses in which they may have ended. */
  readonly requires?: readonly (string | Readonly<Record<string, readonly string[]>>)[];
  readonly context?: string;
  /** The key under which CircleCI lets one job run at a time, in the whole organization. */
  readonly serialGroup?: string;
  /** An expression over pipeline values, such as `pipeline.git.branch == "main"`. */
  readonly filter?: string;
  readonly arguments?: Readonly<Record<string, string | boolean | readonly StepShape[]>>;
}

export interface UsageOptions {
  readonly alias: string;
  readonly namespace: string;
  readonly orb: string;
  readonly version: string;
  readonly jobs?: readonly UsageJob[];
  readonly workflow: string;
  readonly entries: readonly UsageEntry[];
}

/** A whole pipeline configuration that imports the orb: the `usage` of an example. */
export function usage(options: UsageOptions): Record<string, unknown> {
  const jobs = new Map(
    (options.jobs ?? []).map(({ name, image, steps }) => [
      name,
      new Job(name, new executors.DockerExecutor(image), steps as unknown as Job['steps']),
    ]),
  );
  const orbJobs = options.entries
    .filter((entry) => !jobs.has(entry.job) && entry.approval === undefined)
    .map((entry) => entry.job.slice(options.alias.length + 1));
  const imported = new orbs.OrbImport(
    options.alias,
    options.namespace,
    options.orb,
    options.version,
    undefined,
    {
      jobs: Object.fromEntries(orbJobs.map((name) => [name, new parameters.CustomParametersList()])),
      commands: {},
      executors: {},
    },
  );
  const entries = options.entries.map((entry) => {
    if (entry.approval) return new workflows.WorkflowJobApproval(entry.job, invocation(entry));
    const job = jobs.get(entry.job) ?? imported.jobs[entry.job.slice(options.alias.length + 1)];
    const parameters = invocation(entry);
    // Given an empty object the SDK writes `name: {}` instead of the name alone.
    return Object.keys(parameters).length === 0
      ? new workflows.WorkflowJob(job as Job)
      : new workflows.WorkflowJob(job as Job, parameters);
  });
  const config = new Config(
    false,
    [...jobs.values()],
    [new Workflow(options.workflow, entries)],
    undefined,
    undefined,
    undefined,
    [imported],
  );
  const generated = config.generate(true) as unknown as Record<string, unknown>;
  delete generated['setup'];
  const bodies = generated['jobs'] as Record<string, Record<string, unknown>>;
  for (const { name, steps } of options.jobs ?? []) {
    bodies[name] = orderComponent({
      ...bodies[name],
      // Written by the SDK unasked; the reader's plan decides.
      resource_class: undefined,
      steps: steps.map(generateStep),
    });
  }
  return orderConfig(generated);
}

function invocation(entry: UsageEntry): Record<string, string | boolean | string[]> {
  return {
    ...(entry.name === undefined ? {} : { name: entry.name }),
    // The SDK writes what it is given; its typings know names alone, without statuses.
    ...(entry.requires === undefined ? {} : { requires: [...entry.requires] as string[] }),
    ...(entry.context === undefined ? {} : { context: [entry.context] }),
    ...(entry.serialGroup === undefined ? {} : { 'serial-group': entry.serialGroup }),
    ...(entry.filter === undefined ? {} : { filters: entry.filter }),
    // Lists of steps too, which its typings know under other keys alone.
    ...(entry.arguments as Record<string, string | boolean | string[]>),
  };
}
