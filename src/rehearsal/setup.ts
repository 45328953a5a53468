import { join } from 'node:path';
import { RehearsalError } from './errors.ts';
import type { RehearsalOptions, SharedOptions } from './options.ts';
import type { Pipeline } from './prepare.ts';
import { builtInEnvironment, HANDED_ON, localEnvironment } from './run/built-ins.ts';
import type { RunNumbers } from './run/built-ins.ts';
import { maskable } from './run/mask.ts';
import type { JobSetup, RehearsalOutput } from './run/types.ts';
import type { SelectedJob } from './select.ts';

const silent: RehearsalOutput = { write: () => undefined };
const TERMINATION_GRACE_MS = 10_000;

/** Where and as what one job runs. */
export interface JobPlace {
  /** A folder of this job's run alone. */
  readonly root: string;
  readonly pipeline: Pipeline;
  /** Numbers that several jobs of one workflow have in common, or in order; a job by itself gets its own. */
  readonly numbers?: RunNumbers;
}

/** What the options say about one job, beyond what they say about all. */
export type JobOptions = SharedOptions & Pick<RehearsalOptions, 'home' | 'node' | 'testResultsFolder'>;

/**
 * Everything that the run of one job needs. Nothing is created yet.
 * @throws RehearsalError for a node that the job does not have.
 */
export function jobSetup(options: JobOptions, selected: SelectedJob, place: JobPlace): JobSetup {
  const { job } = selected;
  const { root, pipeline } = place;
  const home = options.home ?? join(root, 'home');
  const artifactsFolder = options.artifactsFolder ?? join(root, 'artifacts');
  const project = options.environment ?? {};
  const contexts = contextVariables(options, selected);
  const index = options.node?.index ?? 0;
  const total = options.node?.total ?? job.parallelism ?? 1;
  if (index < 0 || index >= total) {
    throw new RehearsalError(`A job on ${String(total)} node(s) has no node ${String(index)}.`, 'node-index');
  }
  return {
    job,
    root,
    home,
    artifactsFolder,
    testResultsFolder: options.testResultsFolder ?? join(artifactsFolder, 'test-results'),
    cacheFolder: options.cacheFolder ?? join(root, 'cache'),
    workspaceFolder: options.workspaceFolder ?? join(root, 'workspace'),
    source: pipeline.source,
    environment: {
      local: localEnvironment(options.callerEnvironment ?? process.env, home),
      project,
      contexts,
      builtIns: {
        ...builtInEnvironment({
          job,
          source: pipeline.source,
          pipeline: pipeline.facts,
          node: { index, total },
          projectSlug: pipeline.facts.projectSlug,
          ...(place.numbers === undefined ? {} : { numbers: place.numbers }),
        }),
        ...options.builtIns,
      },
    },
    secrets: options.mask === false ? [] : secretsOf(project, contexts),
    output: options.output ?? silent,
    terminate: options.terminate,
    cancel: options.cancel,
    terminationGraceMs: options.terminationGraceMs ?? TERMINATION_GRACE_MS,
  };
}

/** Names the contexts that a job lists and nobody gave, because the job would not start on CircleCI. */
export function nameMissingContexts(
  options: SharedOptions,
  { entry }: SelectedJob,
  output: RehearsalOutput | undefined,
): void {
  const given = options.contexts ?? {};
  for (const name of (entry?.contexts ?? []).filter((context) => !Object.hasOwn(given, context))) {
    output?.write(`The job uses the context ${name}, which was not given (--context ${name}=FILE).\n`, -1);
  }
}

/** A later context of the list wins. */
function contextVariables(options: SharedOptions, { entry }: SelectedJob): Record<string, string> {
  const given = options.contexts ?? {};
  const wanted = entry?.contexts ?? Object.keys(given);
  const maps = wanted.map((name) => (Object.hasOwn(given, name) ? given[name] : {}));
  return Object.assign({}, ...maps) as Record<string, string>;
}

/** CircleCI hides every project variable; where the local Heroku listens is no secret and worth reading. */
function secretsOf(...layers: Readonly<Record<string, string>>[]): string[] {
  const entries = layers.flatMap((layer) => Object.entries(layer));
  return maskable(entries.filter(([name]) => !HANDED_ON.includes(name)).map(([, value]) => value));
}
