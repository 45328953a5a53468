import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, RehearsalError } from '../errors.ts';
import type { Source } from './types.ts';

const run = promisify(execFile);

/** What code hosts allow. */
const SERVED = [
  ...['uploadpack.allowFilter=true', 'uploadpack.allowAnySHA1InWant=true'],
  'receive.denyCurrentBranch=ignore',
];

/** What to check out. Without `branch` and `tag` it is the repository's current branch. */
export interface SourceOptions {
  /** A local repository, or the address of one. */
  readonly repository: string;
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  readonly revision?: string | undefined;
}

async function git(args: readonly string[]): Promise<string> {
  // The caller may itself run inside a git hook: its GIT_DIR must not decide which repository is read.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const { stdout } = await run('git', [...args], {
    env: { ...env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.trim();
}

async function tryGit(args: readonly string[]): Promise<string | undefined> {
  try {
    return await git(args);
  } catch {
    // A question to git: failing is the answer "no".
    return undefined;
  }
}

/**
 * Prepares the repository that a job clones. A local one is copied to a bare repository of the run, which stands for the
 * code host: it serves partial clones and single commits as code hosts do, and nothing that a job pushes to `origin`
 * reaches the user's own repository.
 * @param folder where the copy goes.
 * @throws RehearsalError when the repository, branch, tag or revision does not exist.
 */
export async function prepareSource(options: SourceOptions, folder: string): Promise<Source> {
  const { repository, branch, tag } = options;
  if (branch !== undefined && tag !== undefined) {
    throw new RehearsalError(
      'A pipeline is for a branch or for a tag: give --branch or --tag, not both.',
      'tag',
    );
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(repository)) {
    return remoteSource(options);
  }
  if (!existsSync(repository) || !statSync(repository).isDirectory()) {
    throw new RehearsalError(`There is no repository at ${repository}.`, 'repository');
  }
  const copy = join(folder, 'origin.git');
  const settings = SERVED.flatMap((setting) => ['--config', setting]);
  try {
    await git(['clone', '--quiet', '--mirror', ...settings, repository, copy]);
  } catch (error) {
    throw new RehearsalError(
      `The repository ${repository} cannot be cloned: ${message(error)}`,
      'repository',
    );
  }
  const wanted = tag === undefined ? (branch ?? (await currentBranch(copy))) : undefined;
  const head = wanted === undefined ? undefined : await takeRemoteBranch(copy, wanted, options.revision);
  const name = options.revision ?? (tag === undefined ? undefined : `refs/tags/${tag}`);
  const revision = name === undefined ? head : await commit(copy, name);
  if (revision === undefined) {
    throw new RehearsalError(
      options.revision === undefined
        ? `The repository ${repository} has no ${tag === undefined ? `branch ${wanted ?? ''}` : `tag ${tag}`}.`
        : `The repository ${repository} has no commit ${options.revision}.`,
      options.revision === undefined ? (tag === undefined ? 'branch' : 'tag') : 'revision',
    );
  }
  return { url: `file://${copy}`, branch: wanted, tag, revision };
}

function message(error: unknown): string {
  const { stderr } = error as { stderr?: string };
  return (stderr ?? messageOf(error)).trim();
}

async function commit(repository: string, name: string): Promise<string | undefined> {
  return tryGit([
    '-C',
    repository,
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${name}^{commit}`,
  ]);
}

async function currentBranch(repository: string): Promise<string> {
  const branch = await tryGit(['-C', repository, 'symbolic-ref', '--quiet', '--short', 'HEAD']);
  if (branch === undefined) {
    throw new RehearsalError('The repository has a detached HEAD: name the branch with --branch.', 'branch');
  }
  return branch;
}

/**
 * A branch that the user has only as `origin/<branch>` is a branch of the code host all the same.
 * @returns the commit that the branch is at.
 */
async function takeRemoteBranch(
  copy: string,
  branch: string,
  revision: string | undefined,
): Promise<string | undefined> {
  const head = await commit(copy, `refs/heads/${branch}`);
  if (head !== undefined) return head;
  const from = (await commit(copy, `refs/remotes/origin/${branch}`)) ?? revision;
  const sha = from === undefined ? undefined : await commit(copy, from);
  if (sha !== undefined) await git(['-C', copy, 'update-ref', `refs/heads/${branch}`, sha]);
  return sha;
}

async function remoteSource({ repository, branch, tag, revision }: SourceOptions): Promise<Source> {
  const wanted = tag === undefined ? (branch ?? (await remoteHead(repository))) : undefined;
  if (revision !== undefined) return { url: repository, branch: wanted, tag, revision };
  const name = tag === undefined ? `refs/heads/${wanted ?? ''}` : `refs/tags/${tag}`;
  const listing = await tryGit(['ls-remote', repository, name, `${name}^{}`]);
  // The line of an annotated tag's commit comes last.
  const sha = listing?.split('\n').at(-1)?.split('\t')[0] ?? '';
  if (sha === '') {
    throw new RehearsalError(`${repository} has no ${name}.`, tag === undefined ? 'branch' : 'tag');
  }
  return { url: repository, branch: wanted, tag, revision: sha };
}

async function remoteHead(repository: string): Promise<string> {
  const listing = await tryGit(['ls-remote', '--symref', repository, 'HEAD']);
  const [, branch] = /^ref: refs\/heads\/(\S+)\tHEAD/m.exec(listing ?? '') ?? [];
  if (branch === undefined) {
    throw new RehearsalError(`${repository} cannot be read or has no current branch.`, 'repository');
  }
  return branch;
}
