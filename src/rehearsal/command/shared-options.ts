import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readDocument } from '../document/read.ts';
import { RehearsalError } from '../errors.ts';
import type { SharedOptions } from '../options.ts';
import type { RehearsePorts } from './command.ts';
import type { RehearseArguments } from './options.ts';
import { pairs, parseEnvFile, projectVariables, typedParameters } from './values.ts';

/**
 * Reads what the command line says of every rehearsal, files included.
 * @throws RehearsalError naming the option, for a bad value or a file that cannot be read.
 */
export async function sharedOptions(args: RehearseArguments, ports: RehearsePorts): Promise<SharedOptions> {
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
  return {
    config: { text, file },
    orbs: Object.fromEntries(Object.entries(orbs).map(([name, path]) => [name, at(path)])),
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
    against: args.against,
    mask: args.noMask !== true,
    ...(ports.terminate === undefined ? {} : { terminate: ports.terminate }),
    ...(ports.cancel === undefined ? {} : { cancel: ports.cancel }),
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
