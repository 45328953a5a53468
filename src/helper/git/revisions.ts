import { Failure, Refusal } from '../errors.ts';
import { gitFailure, isNoRepository, unusableClone } from './failures.ts';
import type { GitProcesses } from './git-processes.ts';

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Whether the text is a whole object id, as git writes it. */
export function isObjectId(text: string): boolean {
  return OBJECT_ID.test(text);
}

/** @throws Failure where it is none. */
export function requireObjectId(commit: string): string {
  if (isObjectId(commit)) return commit;
  throw new Failure({
    what: `${JSON.stringify(commit)} is not a commit’s id.`,
    why: 'A commit’s id is forty hexadecimal digits; a branch or tag has to be resolved before.',
  });
}

/**
 * The commit that a branch, a tag or an id means. A name that several things have means what git takes it
 * for (gitrevisions: a tag before a branch); a name that nothing here has is looked for among the branches
 * of origin, since CircleCI creates a local branch only for the one it builds.
 * @throws Refusal that names `revision` where the text could be anything else than a name.
 */
export async function resolveCommit(git: GitProcesses, revision: string): Promise<string | undefined> {
  requireRevision(revision);
  const commit = await peel(git, revision);
  const isBranchName = revision !== 'HEAD' && !/^(?:@|refs\/)/.test(revision) && !isObjectId(revision);
  return commit ?? (isBranchName ? peel(git, `refs/remotes/origin/${revision}`) : undefined);
}

/** Whether this clone has the commit; a text that is no commit's id is not in it. */
export async function hasCommit(git: GitProcesses, commit: string): Promise<boolean> {
  return isObjectId(commit) && (await peel(git, commit)) === commit;
}

/**
 * Whether one commit is the other or an ancestor of it, as far as this clone's history goes.
 * @throws Failure where the clone lacks one of them.
 */
export async function isAncestor(git: GitProcesses, ancestor: string, descendant: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', requireObjectId(ancestor), requireObjectId(descendant)];
  const result = await git.offline(args);
  if (result.exitCode > 1) throw gitFailure(result);
  return result.exitCode === 0;
}

/** The top folder of the work tree, or undefined outside a repository and in a bare one. */
export async function topLevel(git: GitProcesses): Promise<string | undefined> {
  const result = await git.offline(['rev-parse', '--show-toplevel']);
  if (isNoRepository(result.stderr) || /must be run in a work tree/.test(result.stderr)) return undefined;
  const folder = result.stdout.toString('utf8').replace(/\n$/, '');
  if (result.exitCode !== 0 || folder === '') throw gitFailure(result);
  return folder;
}

/** @throws Refusal where git is missing; Failure where it does not say a version. */
export function gitVersion(git: GitProcesses): Promise<string> {
  return git.once('version', () => readVersion(git));
}

async function readVersion(git: GitProcesses): Promise<string> {
  const result = await git.offline(['version']);
  const version = /^git version (\d+(?:\.\d+)+)/.exec(result.stdout.toString('utf8'))?.[1];
  if (result.exitCode !== 0 || version === undefined) throw gitFailure(result);
  return version;
}

/**
 * What the expression means, tags peeled down to the commit. Only an id in the answer counts: a git that
 * ends with 0 and says nothing has resolved nothing.
 */
async function peel(git: GitProcesses, expression: string): Promise<string | undefined> {
  const result = await git.offline(['rev-parse', '--verify', '--quiet', `${expression}^{commit}`]);
  if (result.exitCode !== 0) {
    const unusable = unusableClone(result.stderr);
    if (unusable !== undefined) throw unusable;
    return undefined;
  }
  const commit = result.stdout.toString('utf8').trim();
  if (!isObjectId(commit)) throw gitFailure(result);
  return commit;
}

function requireRevision(revision: string): void {
  const why =
    revision === ''
      ? 'It is empty.'
      : revision.startsWith('-')
        ? 'It begins with `-`, which git takes for an option.'
        : /^\^|[\s\p{Cc}:*?[\\]|\.\./u.test(revision)
          ? 'It holds white space, `:`, `..` or another character that no branch, tag or commit has.'
          : undefined;
  if (why === undefined) return;
  throw new Refusal({
    what: `revision: ${JSON.stringify(revision)} is no revision.`,
    why,
    next: 'Set `revision` to a commit, a tag or a branch, such as `$CIRCLE_SHA1`.',
    parameter: 'revision',
  });
}
