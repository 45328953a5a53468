import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readDocument } from '../document/read.ts';
import { ConfigError, RehearsalError } from '../errors.ts';
import { rehearseJob } from '../rehearse.ts';
import type { JobResult } from '../run/types.ts';
import type { RehearseArguments } from './options.ts';
import { summary, textOutput } from './report.ts';
import { pairs, parseEnvFile, projectVariables, typedParameters, wholeNumber } from './values.ts';

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
  /** 0 succeeded, 1 the job failed, 2 nothing was run, 130 canceled. */
  readonly exitCode: number;
  /** Absent when the options or the configuration were refused. */
  readonly result?: JobResult;
}

/**
 * `heroku-cd rehearse`: runs one job of a configuration on this machine and prints its output. Faults of options and
 * configuration are printed and end with 2, never thrown.
 */
export async function rehearseCommand(
  args: RehearseArguments,
  ports: RehearsePorts,
): Promise<RehearseOutcome> {
  try {
    const result = await rehearse(args, ports);
    ports.write(summary(result));
    const exitCode = { success: 0, failed: 1, canceled: 130, not_run: 2 }[result.status];
    return { exitCode, result };
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof RehearsalError)) throw error;
    ports.write(`${error.message}\n`);
    return { exitCode: 2 };
  }
}

async function rehearse(args: RehearseArguments, ports: RehearsePorts): Promise<JobResult> {
  const at = (path: string): string => resolve(ports.cwd, path);
  const file = args.config ?? '.circleci/config.yml';
  const text = await readText(at(file), file, 'config');
  const orbs = pairs('orb', args.orb ?? []);
  const contexts = await Promise.all(
    Object.entries(pairs('context', args.context ?? [])).map(async ([name, path]) => {
      return [name, parseEnvFile(await readText(at(path), path, 'context'), path)] as const;
    }),
  );
  const parameters = pairs('parameter', args.parameter ?? []);
  return rehearseJob({
    config: { text, file },
    orbs: Object.fromEntries(Object.entries(orbs).map(([name, path]) => [name, at(path)])),
    workflow: args.workflow,
    job: args.job,
    ...(Object.keys(parameters).length === 0
      ? {}
      : { pipelineParameters: typedParameters(readDocument(text, file), parameters) }),
    repository:
      args.repository === undefined ? enclosingRepository(ports.cwd) : repositoryAt(args.repository, at),
    branch: args.branch,
    tag: args.tag,
    revision: args.revision,
    environment: projectVariables(args.env ?? [], ports.env),
    contexts: Object.fromEntries(contexts),
    callerEnvironment: ports.env,
    cacheFolder: args.cacheDir === undefined ? undefined : at(args.cacheDir),
    workspaceFolder: args.workspaceDir === undefined ? undefined : at(args.workspaceDir),
    artifactsFolder: args.artifactsDir === undefined ? undefined : at(args.artifactsDir),
    ...node(args),
    against: args.against,
    mask: args.noMask !== true,
    output: textOutput(ports.write),
    ...(ports.terminate === undefined ? {} : { terminate: ports.terminate }),
    ...(ports.cancel === undefined ? {} : { cancel: ports.cancel }),
  });
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

async function readText(path: string, shown: string, option: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RehearsalError(`--${option}: ${shown} cannot be read (${code ?? String(error)}).`, option);
  }
}

function repositoryAt(repository: string, at: (path: string) => string): string {
  return repository.includes('://') ? repository : at(repository);
}

/** The repository that holds the folder; a job that checks nothing out needs none. */
function enclosingRepository(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : enclosingRepository(parent);
}
