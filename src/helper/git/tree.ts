import { rm, stat } from 'node:fs/promises';
import { isAbsolute, posix, resolve } from 'node:path';
import { Failure, Refusal } from '../errors.ts';
import { gitFailure } from './failures.ts';
import type { GitProcesses } from './git-processes.ts';
import { completeTree, readBlobs } from './objects.ts';
import { requireObjectId } from './revisions.ts';

interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly id: string;
  readonly path: string;
}

const GITLINK = '160000';
const SYMLINK = '120000';

async function listTree(
  git: GitProcesses,
  commit: string,
  options: readonly string[],
  path?: string,
): Promise<TreeEntry[]> {
  const args = [
    'ls-tree',
    '-z',
    '--full-tree',
    ...options,
    requireObjectId(commit),
    ...(path === undefined ? [] : ['--', path]),
  ];
  const output = await git.read(args, { bulk: true });
  return output
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [, mode = '', type = '', id = '', entryPath = ''] =
        /^(\d+) (\w+) ([0-9a-f]+)\t([^]*)$/.exec(line) ?? [];
      return id === '' ? [] : [{ mode, type, id, path: entryPath }];
    });
}

function wholeTree(git: GitProcesses, commit: string): Promise<TreeEntry[]> {
  return git.once(`tree ${commit}`, () => listTree(git, commit, ['-r']));
}

/** Whether a `.gitattributes` anywhere in the commit's tree gives files the filter `lfs`. */
export async function usesLfs(git: GitProcesses, commit: string): Promise<boolean> {
  const entries = await wholeTree(git, commit);
  const files = entries.filter(({ type, mode, path }) => {
    return type === 'blob' && mode !== SYMLINK && posix.basename(path) === '.gitattributes';
  });
  const contents = await readBlobs(
    git,
    files.map(({ id }) => id),
  );
  // A line that begins with # is a comment; the pattern before the attributes may be quoted.
  return contents.some((content) =>
    /^[ \t]*[^#\s][^\r\n]*[ \t]filter=lfs(?:\s|$)/m.test(content.toString('utf8')),
  );
}

/** Whether the commit's tree holds submodules: links to other repositories, and the file that says where they are. */
export async function hasSubmodules(git: GitProcesses, commit: string): Promise<boolean> {
  const entries = await wholeTree(git, commit);
  return entries.some(({ mode }) => mode === GITLINK) && entries.some(({ path }) => path === '.gitmodules');
}

/** The text of a file at a commit, from the top of its tree; undefined where there is no such plain file. */
export async function readFile(git: GitProcesses, commit: string, path: string): Promise<string | undefined> {
  const wanted = treePath(path);
  if (wanted === '') return undefined;
  const entry = (await listTree(git, commit, [], wanted)).find((found) => found.path === wanted);
  if (entry?.type !== 'blob' || entry.mode === SYMLINK) return undefined;
  const [content] = await readBlobs(git, [entry.id]);
  return content?.toString('utf8');
}

/**
 * Writes a .tar.gz of the commit's tree, or of one folder of it as the root, as `git archive` makes it:
 * without submodules, and without what `export-ignore` leaves out.
 * @throws Refusal that names `app-directory` where the commit has no such folder.
 */
export async function archive(
  git: GitProcesses,
  commit: string,
  file: string,
  directory?: string,
): Promise<void> {
  const folder = directory === undefined ? '' : treePath(directory);
  await requireFolder(git, commit, folder, directory);
  await completeTree(git, commit);
  const output = resolve(file);
  const tree = folder === '' ? requireObjectId(commit) : `${requireObjectId(commit)}:${folder}`;
  const args = ['archive', '--format=tar.gz', `--output=${output}`, tree];
  // Files as they were committed: not with this machine's line ends.
  const settings = [['core.autocrlf', 'false']] as const;
  try {
    const result = await git.offline(args, { bulk: true, settings });
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

async function requireFolder(
  git: GitProcesses,
  commit: string,
  folder: string,
  asGiven: string | undefined,
): Promise<void> {
  if (folder === '') return;
  const [entry] = await listTree(git, commit, [], folder);
  if (entry?.type === 'tree') return;
  throw new Refusal({
    what: `The commit ${commit} has no folder ${JSON.stringify(asGiven)}.`,
    why:
      entry === undefined
        ? 'There is nothing of that name in it.'
        : `It is a ${entry.mode === GITLINK ? 'submodule' : 'file'}.`,
    next: 'Set `app-directory` to a folder of the repository, from its top.',
    parameter: 'app-directory',
  });
}

/** The path as git's trees have it; empty for the top. */
function treePath(path: string): string {
  const normal = posix.normalize(path).replace(/\/+$/, '').replace(/^\.$/, '');
  const outside = isAbsolute(path) || normal === '..' || normal.startsWith('../') || /\p{Cc}/u.test(path);
  if (!outside) return normal;
  throw new Refusal({
    what: `${JSON.stringify(path)} is no path inside the repository.`,
    next: 'Give it from the top of the repository, without a leading `/` and without `..`.',
  });
}
