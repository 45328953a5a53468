import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../errors.ts';
import type { CommitFiles } from '../ports/git.ts';
import { gitFailure } from './failures.ts';
import { folderOf } from './folder.ts';
import type { GitProcesses, NetworkLimits } from './git-processes.ts';
import { completeTree, missingOfTree } from './objects.ts';
import { requireObjectId, topLevel } from './revisions.ts';
import { objectsOf, type Scratch, withScratch } from './scratch.ts';
import { readSubmodules, type Submodules } from './submodules.ts';
import { listTree, treePath, wholeTree } from './tree.ts';

/** `export-ignore` would leave out, and `export-subst` change, what a push sends; a filter is this machine's. */
const ATTRIBUTES = '* -export-ignore -export-subst -filter\n';

/** Files as they were committed: neither this machine's line ends, attributes and permissions. */
const SETTINGS = [
  ['core.autocrlf', 'false'],
  ['core.eol', 'lf'],
  ['core.attributesFile', '/dev/null'],
  ['tar.umask', '0022'],
] as const;

/** A tree whose files are wanted: a commit's, or that of one of its folders. */
interface Wanted {
  readonly git: GitProcesses;
  readonly tree: string;
}

interface Source extends Wanted {
  readonly submodules: Submodules;
}

/**
 * Looks whether a tarball of the commit, or of one of its folders, can be made, and fetches the files that a
 * partial clone lacks, where it may.
 * @throws Refusal where the folder, a submodule's commit or a file is not to be had.
 */
export async function checkFiles(
  git: GitProcesses,
  commit: string,
  { directory, fetch }: { directory?: string; fetch?: NetworkLimits },
): Promise<CommitFiles> {
  const { submodules, missing } = await readSource(git, commit, directory, fetch);
  const paths = submodules.checkedOut.map(({ path }) => path);
  return { missing, submodules: paths, unexplained: submodules.unexplained };
}

/**
 * Writes a .tar.gz of exactly the files that a checkout of the commit would have, its submodules' included;
 * with `directory`, of those in it, as the root.
 * @throws Refusal where the folder, a submodule's commit or a file is not to be had.
 */
export async function archive(
  git: GitProcesses,
  commit: string,
  file: string,
  directory?: string,
): Promise<void> {
  const source = await readSource(git, commit, directory, git.fetchLimits);
  const stores = [git, ...source.submodules.checkedOut.map((one) => one.git)];
  const objects = await Promise.all(stores.map(objectsOf));
  const output = resolve(file);
  await withScratch(git, { objects, attributes: ATTRIBUTES, settings: SETTINGS, commit }, async (scratch) => {
    const isPlain = source.submodules.checkedOut.length === 0;
    await write(scratch, isPlain ? source.tree : await withSubmodules(scratch, source), output);
  });
}

/** Without `limits` nothing is fetched, and `missing` says how much would be. */
async function readSource(
  git: GitProcesses,
  commit: string,
  directory: string | undefined,
  limits: NetworkLimits | undefined,
): Promise<Source & { missing: number }> {
  const folder = directory === undefined ? '' : treePath(directory);
  const tree = await folderOf(git, requireObjectId(commit), folder);
  let missing = await complete({ git, tree }, limits);
  const top = (await topLevel(git)) ?? git.directory;
  const submodules = await readSubmodules({ git, commit, tree, folder, top });
  for (const one of submodules.checkedOut) {
    missing += await complete({ git: one.git, tree: one.commit }, limits);
  }
  return { git, tree, submodules, missing };
}

/** @returns how many objects it fetched, or would. */
async function complete({ git, tree }: Wanted, limits: NetworkLimits | undefined): Promise<number> {
  const missing = await missingOfTree(git, tree);
  if (missing.length === 0 || limits === undefined) return missing.length;
  const names = new Map<string, string>();
  try {
    for (const { id, path } of await wholeTree(git, tree)) names.set(id, path);
  } catch {
    // Where whole folders are missing, what is in them has no names yet.
  }
  return completeTree(git, tree, limits, (id) => names.get(id));
}

/** A tree with the submodules' files in the place of the links to them. */
async function withSubmodules({ git }: Scratch, { tree, submodules }: Source): Promise<string> {
  await git.read(['read-tree', tree], { bulk: true });
  for (const { path, commit } of submodules.checkedOut) {
    const input = `0 ${'0'.repeat(commit.length)}\t${path}\0`;
    await git.read(['update-index', '-z', '--index-info'], { input });
    await git.read(['read-tree', '-i', `--prefix=${path}/`, commit], { bulk: true });
  }
  return (await git.read(['write-tree'], { bulk: true })).toString('utf8').trim();
}

async function write({ git }: Scratch, tree: string, output: string): Promise<void> {
  const entries = await listTree(git, tree, []);
  // A folder that is alone at the top is taken for the app itself, as in the archives that GitHub makes
  // (Dev Center: Building and Releasing Using the Platform API).
  const isMistakable = entries.length === 1 && entries[0]?.type !== 'blob';
  const prefix = isMistakable ? ['--prefix=source/'] : [];
  const args = ['archive', '--format=tar.gz', ...prefix, `--output=${output}`, tree];
  try {
    const result = await git.offline(args, { bulk: true, settings: SETTINGS });
    if (result.exitCode !== 0) throw gitFailure(result);
    const size = await stat(output).then(
      (stats) => stats.size,
      () => 0,
    );
    if (size > 0) return;
    throw new Failure({ what: '`git archive` wrote nothing.', why: `${output} is missing or empty.` });
  } catch (error) {
    await rm(output, { force: true });
    throw error;
  }
}
