import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, RehearsalError } from './errors.ts';
import { expandConfig } from './expand/compile.ts';
import type { CompiledConfig, ConfigSource } from './expand/compile.ts';
import type { OrbSource } from './expand/orbs.ts';
import type { PipelineFacts } from './expand/pipeline.ts';
import type { SharedOptions } from './options.ts';
import { prepareSource } from './run/source.ts';
import type { Source } from './run/types.ts';

const PROJECT_SLUG = 'gh/local/project';

/** The pipeline that is rehearsed: its commit, ready to be cloned, and what the configuration may ask about it. */
export interface Pipeline {
  readonly source: Source | undefined;
  readonly facts: PipelineFacts & { readonly projectSlug: string };
}

/** Lends a folder to `work` and removes it afterwards, with all that was written there. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'heroku-cd-rehearsal-')));
  try {
    return await work(folder);
  } finally {
    await removeFolder(folder);
  }
}

/** Removes a folder that killed processes may still be letting go of. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/**
 * Finds out what the pipeline is for, and copies its repository.
 * @param folder where the copy goes.
 * @throws RehearsalError when the repository, branch, tag or revision does not exist.
 */
export async function preparePipeline(options: SharedOptions, folder: string): Promise<Pipeline> {
  const { repository, branch, tag, revision } = options;
  const source =
    repository === undefined ? undefined : await prepareSource({ repository, branch, tag, revision }, folder);
  const wantedTag = source?.tag ?? tag;
  const wantedRevision = source?.revision ?? revision;
  return {
    source,
    facts: {
      projectSlug: PROJECT_SLUG,
      branch: source?.branch ?? branch ?? 'main',
      ...(wantedTag === undefined ? {} : { tag: wantedTag }),
      ...(wantedRevision === undefined ? {} : { revision: wantedRevision }),
      ...options.pipeline,
    },
  };
}

/**
 * Reads a configuration and its local orbs and compiles them for the pipeline that the options describe.
 * @throws ConfigError for faults of the configuration, RehearsalError for files that cannot be read.
 */
export async function compileRehearsal(
  options: Pick<SharedOptions, 'config' | 'orbs' | 'pipelineParameters'>,
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

async function readText(file: string, field: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new RehearsalError(`The file ${file} cannot be read: ${messageOf(error)}`, field);
  }
}
