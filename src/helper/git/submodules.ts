import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Refusal } from '../errors.ts';
import { gitFailure } from './failures.ts';
import type { GitProcesses } from './git-processes.ts';
import { hasCommit } from './revisions.ts';
import { GITLINK, readFile, wholeTree } from './tree.ts';

/** A submodule, or one of a submodule. */
export interface Submodule {
  /** From the folder that is archived. */
  readonly path: string;
  /** Of that repository. */
  readonly commit: string;
  readonly git: GitProcesses;
}

export interface Submodules {
  /** Each after the one that it is in. */
  readonly checkedOut: readonly Submodule[];
  /** Links that no `.gitmodules` explains: git itself leaves an empty folder in their place. */
  readonly unexplained: readonly string[];
}

/** A tree of a repository, and where it is. */
interface Place extends Omit<Submodule, 'path'> {
  readonly tree: string;
  /** From the top of that repository. */
  readonly folder: string;
  /** Where its top is checked out. */
  readonly top: string;
}

/**
 * The submodules in a folder of a commit, and theirs, each with the commit that is recorded for it. `tree` is the
 * folder's, paths are from it.
 * @throws Refusal that names those whose commit has not been fetched.
 */
export async function readSubmodules(place: Place): Promise<Submodules> {
  const checkedOut: Submodule[] = [];
  const unexplained: string[] = [];
  const absent: string[] = [];
  const visit = async (here: Place, above: string): Promise<void> => {
    const entries = await wholeTree(here.git, here.tree);
    const links = entries.filter(({ mode }) => mode === GITLINK);
    const known = links.length === 0 ? undefined : await explained(here);
    for (const { path, id: commit } of links) {
      const inRepository = posix.join(here.folder, path);
      const top = join(here.top, inRepository);
      const there = { path: `${above}${path}`, commit, git: here.git.elsewhere({ directory: top }) };
      if (known?.has(inRepository) !== true) unexplained.push(there.path);
      else if (!(await isCheckedOut(there, top))) absent.push(`${there.path} (${commit.slice(0, 8)})`);
      else {
        checkedOut.push(there);
        await visit({ ...there, tree: commit, folder: '', top }, `${there.path}/`);
      }
    }
  };
  await visit(place, '');
  if (absent.length > 0) throw notThere(absent);
  return { checkedOut, unexplained };
}

/** Without a repository of its own in the folder, git would find the one around it. */
async function isCheckedOut({ git, commit }: Submodule, folder: string): Promise<boolean> {
  return existsSync(join(folder, '.git')) && hasCommit(git, commit);
}

/** The paths that a commit's `.gitmodules` names. */
async function explained({ git, commit }: Place): Promise<ReadonlySet<string>> {
  const input = (await readFile(git, commit, '.gitmodules')) ?? '';
  const args = ['config', '--null', '--file', '-', '--get-regexp', '^submodule\\..*\\.path$'];
  const result = await git.offline(args, { input });
  if (result.exitCode > 1) throw gitFailure(result);
  const paths = result.stdout
    .toString('utf8')
    .split('\0')
    .map((entry) => entry.split('\n', 2)[1] ?? '');
  return new Set(paths.map((path) => path.replace(/\/+$/, '')));
}

function notThere(absent: readonly string[]): Refusal {
  return new Refusal({
    what: `The files of these submodules are not in this clone: ${absent.join(', ')}.`,
    why: 'Heroku fetches no submodules for a tarball, and `checkout` leaves them out.',
    next: 'Let `git submodule update --init --recursive` run before, such as in `pre-deploy`, in a job that may read their repositories.',
  });
}
