import { posix } from 'node:path';
import { Refusal } from '../errors.ts';
import type { GitProcesses } from './git-processes.ts';
import { GITLINK, listTree, wholeTree } from './tree.ts';

/** So many folders are named where the wanted one is not there. */
const NAMED = 8;

/**
 * The id of a folder's tree in a commit; of the commit itself for its top.
 * @throws Refusal that names `app-directory` where the commit has no such folder.
 */
export async function folderOf(git: GitProcesses, commit: string, folder: string): Promise<string> {
  if (folder === '') return commit;
  const [entry] = await listTree(git, commit, [], folder);
  if (entry?.type === 'tree') return entry.id;
  const wrong = (why: string, next?: string): Refusal =>
    new Refusal({
      what: `The commit ${commit} has no folder ${JSON.stringify(folder)}.`,
      why,
      next: next ?? 'Set `app-directory` to a folder of the repository, from its top.',
      parameter: 'app-directory',
    });
  const submodule = (await wholeTree(git, commit)).find(
    ({ mode, path }) => mode === GITLINK && `${folder}/`.startsWith(`${path}/`),
  );
  if (submodule !== undefined) {
    throw wrong(
      `${submodule.path} is a submodule: a commit of another repository.`,
      'Deploy it from its own repository.',
    );
  }
  if (entry !== undefined) throw wrong('It is a file.');
  const like = await similarFolders(git, commit, folder);
  throw wrong(`There is nothing of that name in it. ${like}`);
}

/** Folders that may be meant: of the same name elsewhere, or beside where it would be. */
async function similarFolders(git: GitProcesses, commit: string, folder: string): Promise<string> {
  const folders = (await listTree(git, commit, ['-r', '-d']))
    .filter(({ type }) => type === 'tree')
    .map(({ path }) => path);
  const name = posix.basename(folder).toLowerCase();
  const same = folders.filter((path) => posix.basename(path).toLowerCase() === name);
  const beside = folders.filter((path) => posix.dirname(path) === posix.dirname(folder));
  const top = folders.filter((path) => !path.includes('/'));
  const found = [same, beside, top].find((some) => some.length > 0) ?? [];
  if (found.length === 0) return 'It has no folder at all.';
  const more = found.length > NAMED ? `, and ${found.length - NAMED} more` : '';
  return `There is ${found.slice(0, NAMED).join(', ')}${more}.`;
}
