import { Failure } from '../errors.ts';
import { originFailure, promisorRemote, QUIET_FETCH } from './clone.ts';
import type { GitProcesses, NetworkLimits } from './git-processes.ts';
import { hasCommit, isObjectId, requireObjectId } from './revisions.ts';

/** Ids in one fetch; more than any app needs, unless its whole history is fetched with it. */
const BATCH = 50_000;
/** Fetched folders may show more that is missing; no tree of files is deeper than git's own paths. */
const MAX_ROUNDS = 50;

/**
 * Ids of the objects that a commit and its history need and this clone lacks, leaving out what `except`
 * reaches. Asks nobody. A folder that is missing hides what is missing in it.
 * @throws Failure where the clone lacks the commit itself.
 */
export async function missingObjects(
  git: GitProcesses,
  commit: string,
  except?: string,
): Promise<readonly string[]> {
  const excluded = except !== undefined && (await hasCommit(git, except)) ? [`^${except}`] : [];
  return listMissing(git, [requireObjectId(commit), ...excluded]);
}

async function listMissing(git: GitProcesses, revisions: readonly string[]): Promise<string[]> {
  // With --quiet it names what is missing and nothing else: the list of all objects can take gigabytes.
  const args = ['rev-list', '--objects', '--missing=print', '--quiet', ...revisions];
  const output = await git.read(args, { bulk: true });
  return output
    .toString('latin1')
    .split('\n')
    .filter((line) => line.startsWith('?'))
    .map((line) => line.slice(1));
}

/** Ids of what a tree, or a commit without its history, needs and this partial clone lacks. */
export async function missingOfTree(git: GitProcesses, tree: string): Promise<readonly string[]> {
  if ((await promisorRemote(git)) === undefined) return [];
  return listMissing(git, ['--no-walk', requireObjectId(tree)]);
}

/**
 * Fetches what a tree, or a commit without its history, needs and this partial clone lacks.
 * `nameOf`: what an object is called in it.
 * @returns how many objects were fetched.
 * @throws Refusal that names what is missing where the origin does not give it.
 */
export async function completeTree(
  git: GitProcesses,
  tree: string,
  limits: NetworkLimits,
  nameOf: (id: string) => string | undefined = () => undefined,
): Promise<number> {
  let fetched = 0;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const missing = await missingOfTree(git, tree);
    if (missing.length === 0) break;
    const names = missing.flatMap((id) => nameOf(id) ?? []);
    const some = names.slice(0, 3).join(', ') + (names.length > 3 ? `, and ${names.length - 3} more` : '');
    await fetchObjects(git, missing, limits, names.length === 0 ? undefined : some);
    fetched += missing.length;
  }
  return fetched;
}

/** The contents of files by their ids, fetched in one batch where a partial clone lacks them. */
export async function readBlobs(git: GitProcesses, ids: readonly string[]): Promise<Buffer[]> {
  if (ids.length === 0) return [];
  const input = ids.join('\n') + '\n';
  let result = await git.offline(['cat-file', '--batch'], { input, bulk: true });
  if (result.exitCode !== 0 && (await promisorRemote(git)) !== undefined) {
    await fetchObjects(git, ids, git.fetchLimits);
    result = {
      ...result,
      exitCode: 0,
      stdout: await git.read(['cat-file', '--batch'], { input, bulk: true }),
    };
  }
  if (result.exitCode !== 0) throw unreadable(ids);
  return parseBatch(result.stdout, ids);
}

/** `<id> blob <size>\n<contents>\n` for each id, in their order. */
function parseBatch(output: Buffer, ids: readonly string[]): Buffer[] {
  const blobs: Buffer[] = [];
  let position = 0;
  for (const id of ids) {
    const end = output.indexOf(0x0a, position);
    const [, size] =
      /^\S+ blob (\d+)$/.exec(output.toString('latin1', position, Math.max(position, end))) ?? [];
    if (size === undefined) throw unreadable([id]);
    const start = end + 1;
    blobs.push(output.subarray(start, start + Number(size)));
    position = start + Number(size) + 1;
  }
  return blobs;
}

function unreadable(ids: readonly string[]): Failure {
  return new Failure({
    what: 'This clone lacks files of the commit.',
    why: `git cannot read ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''}.`,
    next: 'Check it out anew: the clone may be damaged.',
  });
}

/**
 * Fetches objects by their ids from the remote that this partial clone was made from, in one batch, as git
 * itself does when it misses some.
 * @throws Refusal where the remote does not give them; Failure where it was told to stop.
 */
export async function fetchObjects(
  git: GitProcesses,
  ids: readonly string[],
  limits: NetworkLimits,
  names?: string,
): Promise<void> {
  const wanted = [...new Set(ids)];
  const bad = wanted.find((id) => !isObjectId(id));
  if (bad !== undefined) throw new Failure({ what: `${JSON.stringify(bad)} is not an object’s id.` });
  const remote = (await promisorRemote(git)) ?? 'origin';
  const args = ['fetch', ...QUIET_FETCH, '--filter=blob:none', '--stdin', remote];
  const what = `${wanted.length} objects that this partial clone lacks${names === undefined ? '' : `: ${names}`}`;
  for (let start = 0; start < wanted.length; start += BATCH) {
    const input = wanted.slice(start, start + BATCH).join('\n') + '\n';
    // Which commits the clone has says nothing about the files it lacks, so none are offered.
    const settings = [['fetch.negotiationAlgorithm', 'noop']] as const;
    const result = await git.fetch(args, limits, { input, settings });
    if (result.exitCode !== 0) throw originFailure(result, what);
    // A fetch that ends with 0 may have brought nothing.
    const check = await git.offline(['cat-file', '--batch-check=%(objectname)'], { input, bulk: true });
    if (check.exitCode !== 0 || / missing$/m.test(check.stdout.toString('latin1'))) {
      throw originFailure({ ...result, stderr: check.stderr }, what);
    }
  }
}
