import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, RehearsalError } from './errors.ts';
import { expandConfig } from './expand/compile.ts';
import type { CompiledConfig, ConfigSource } from './expand/compile.ts';
import type { OrbSource } from './expand/orbs.ts';
import type { PipelineFacts } from './expand/pipeline.ts';
import type { RehearsalOptions } from './options.ts';
import { checkHosts } from './run/against.ts';
import { builtInEnvironment, HANDED_ON, localEnvironment } from './run/built-ins.ts';
import { runJob } from './run/job.ts';
import { maskable } from './run/mask.ts';
import { prepareSource } from './run/source.ts';
import type { JobResult, JobSetup, RehearsalOutput, Source } from './run/types.ts';
import { selectJob } from './select.ts';
import type { SelectedJob } from './select.ts';

const silent: RehearsalOutput = { write: () => undefined };
const PROJECT_SLUG = 'gh/local/project';
const TERMINATION_GRACE_MS = 10_000;

async function readText(file: string, field: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new RehearsalError(`The file ${file} cannot be read: ${messageOf(error)}`, field);
  }
}

/**
 * Reads a configuration and its local orbs and compiles them for the pipeline that the options describe.
 * @throws ConfigError for faults of the configuration, RehearsalError for files that cannot be read.
 */
export async function compileRehearsal(
  options: Pick<RehearsalOptions, 'config' | 'orbs' | 'pipelineParameters'>,
  pipeline: PipelineFacts,
): Promise<CompiledConfig> {
  const { config } = options;
  const source: ConfigSource =
    'text' in config
      ? { text: config.text, file: config.file ?? 'config.yml' }
      : { text: await readText(config.file, 'config'), file: config.file };
  const orbs = await Promise.all(
    Object.entries(options.orbs ?? {}).map(async ([key, file]): Promise<[string, OrbSource]> => [
      key,
      { text: await readText(file, 'orb'), file },
    ]),
  );
  return expandConfig(source, {
    orbs: Object.fromEntries(orbs),
    pipeline,
    ...(options.pipelineParameters === undefined ? {} : { parameters: options.pipelineParameters }),
  });
}

/**
 * Runs one job of a configuration on this machine as CircleCI would: its orbs from local files, its environment not the
 * caller's but CircleCI's, its steps with real shells. Refuses to talk to any Heroku but a local one, unless told so.
 * Nothing that the job starts outlives the call, and its folder is removed.
 * @returns how the job and each step ended; a failing job is a result, not an error.
 * @throws ConfigError for faults of the configuration, RehearsalError for options that cannot be met.
 */
export async function rehearseJob(options: RehearsalOptions): Promise<JobResult> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'heroku-cd-rehearsal-')));
  try {
    const source = await findSource(options, root);
    const pipeline: PipelineFacts = {
      projectSlug: PROJECT_SLUG,
      branch: source?.branch ?? options.branch ?? 'main',
      ...((source?.tag ?? options.tag) === undefined ? {} : { tag: source?.tag ?? options.tag ?? '' }),
      ...((source?.revision ?? options.revision) === undefined
        ? {}
        : { revision: source?.revision ?? options.revision ?? '' }),
      ...options.pipeline,
    };
    const selected = selectJob(await compileRehearsal(options, pipeline), options);
    if (selected.notRun !== undefined) {
      const { name } = selected.job;
      return {
        job: name,
        status: 'not_run',
        reason: selected.notRun,
        halted: false,
        steps: [],
        circleciCalls: [],
        durationMs: 0,
      };
    }
    const setup = jobSetup(options, selected, root, source, pipeline);
    checkHosts(setup.job, setup.environment, options.against);
    return await runJob(setup);
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

async function findSource(options: RehearsalOptions, root: string): Promise<Source | undefined> {
  const { repository, branch, tag, revision } = options;
  return repository === undefined ? undefined : prepareSource({ repository, branch, tag, revision }, root);
}

function jobSetup(
  options: RehearsalOptions,
  selected: SelectedJob,
  root: string,
  source: Source | undefined,
  pipeline: PipelineFacts,
): JobSetup {
  const { job } = selected;
  const home = options.home ?? join(root, 'home');
  const artifactsFolder = options.artifactsFolder ?? join(root, 'artifacts');
  const output = options.output ?? silent;
  const project = options.environment ?? {};
  const contexts = contextVariables(options, selected, output);
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
    source,
    environment: {
      local: localEnvironment(options.callerEnvironment ?? process.env, home),
      project,
      contexts,
      builtIns: {
        ...builtInEnvironment({
          job,
          source,
          pipeline,
          node: { index, total },
          projectSlug: pipeline.projectSlug ?? PROJECT_SLUG,
        }),
        ...options.builtIns,
      },
    },
    secrets: options.mask === false ? [] : secretsOf(project, contexts),
    output,
    terminate: options.terminate,
    cancel: options.cancel,
    terminationGraceMs: options.terminationGraceMs ?? TERMINATION_GRACE_MS,
  };
}

/** CircleCI hides every project variable; where the local Heroku listens is no secret and worth reading. */
function secretsOf(...layers: Readonly<Record<string, string>>[]): string[] {
  const entries = layers.flatMap((layer) => Object.entries(layer));
  return maskable(entries.filter(([name]) => !HANDED_ON.includes(name)).map(([, value]) => value));
}

/** A later context of the list wins. One that was not given is named, because its job would not start on CircleCI. */
function contextVariables(
  options: RehearsalOptions,
  { entry }: SelectedJob,
  output: RehearsalOutput,
): Record<string, string> {
  const given = options.contexts ?? {};
  const wanted = entry?.contexts ?? Object.keys(given);
  for (const name of wanted.filter((context) => !Object.hasOwn(given, context))) {
    output.write(`The job uses the context ${name}, which was not given (--context ${name}=FILE).\n`, -1);
  }
  return Object.assign({}, ...wanted.map((name) => given[name] ?? {})) as Record<string, string>;
}
