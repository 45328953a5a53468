import { isAbsolute, posix } from 'node:path';
import { Refusal } from '../errors.ts';
import type { GitProcesses } from './git-processes.ts';
import { readBlobs } from './objects.ts';
import { requireObjectId } from './revisions.ts';

export interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly id: string;
  readonly path: string;
}

/** The mode of a submodule: a link to a commit of another repository. */
export const GITLINK = '160000';
const SYMLINK = '120000';

/** What a tree, or that of a commit, holds; with `path`, that entry alone. */
export async function listTree(
  git: GitProcesses,
  tree: string,
  options: readonly string[],
  path?: string,
): Promise<TreeEntry[]> {
  const args = [
    'ls-tree',
    '-z',
    '--full-tree',
    ...options,
    requireObjectId(tree),
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

/** All files of a commit or a tree, and its submodules. */
export function wholeTree(git: GitProcesses, tree: string): Promise<TreeEntry[]> {
  return git.once(`tree ${tree}`, () => listTree(git, tree, ['-r']));
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

/** The path as git's trees have it; empty for the top. @throws Refusal where it leads out of the repository. */
export function treePath(path: string): string {
  const normal = posix.normalize(path).replace(/\/+$/, '').replace(/^\.$/, '');
  const outside = isAbsolute(path) || normal === '..' || normal.startsWith('../') || /\p{Cc}/u.test(path);
  if (!outside) return normal;
  throw new Refusal({
    what: `${JSON.stringify(path)} is no path inside the repository.`,
    next: 'Give it from the top of the repository, without a leading `/` and without `..`.',
  });
}
