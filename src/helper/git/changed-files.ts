import type { GitProcesses } from './git-processes.ts';
import { requireObjectId } from './revisions.ts';

/**
 * Files that match a pattern from the top of the tree (gitglossary: pathspec, `top` and `glob`) and differ
 * between two commits; with no first commit, all that match in the second. Compares trees, so a blobless
 * clone needs no file for it.
 * @throws Failure where the clone lacks one of the commits.
 */
export async function changedFiles(
  git: GitProcesses,
  from: string | undefined,
  to: string,
  pattern: string,
): Promise<readonly string[]> {
  const before = from === undefined ? await emptyTree(git) : requireObjectId(from);
  const options = ['-r', '-z', '--name-only', '--no-renames'];
  const args = ['diff-tree', ...options, before, requireObjectId(to), '--', `:(top,glob)${pattern}`];
  const output = await git.read(args, { bulk: true, globs: true });
  return output.toString('utf8').split('\0').filter(Boolean);
}

/** Git knows it without having it; its id depends on the repository's hash. */
function emptyTree(git: GitProcesses): Promise<string> {
  return git.once('empty tree', async () =>
    (await git.read(['hash-object', '-t', 'tree', '--stdin'], { input: '' })).toString('utf8').trim(),
  );
}
