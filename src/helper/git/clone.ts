import { type Failure, Refusal } from '../errors.ts';
import type { CloneKind } from '../ports/git.ts';
import { ending, gitFailure, gitWords, unusableClone } from './failures.ts';
import type { GitProcesses, NetworkLimits } from './git-processes.ts';
import { hasCommit, isObjectId } from './revisions.ts';
import type { GitResult } from './run.ts';

export const FULL_CHECKOUT = 'Check out with `checkout: {method: full}`, as the orb’s jobs do.';

/** Leaves refs, submodules and FETCH_HEAD as they are. */
export const QUIET_FETCH = ['--no-tags', '--no-write-fetch-head', '--recurse-submodules=no'];

/** How complete the clone is; one that lacks both history and files counts as shallow. */
export async function cloneKind(git: GitProcesses): Promise<CloneKind> {
  if (await isShallow(git)) return 'shallow';
  return (await promisorRemote(git)) === undefined ? 'full' : 'blobless';
}

async function isShallow(git: GitProcesses): Promise<boolean> {
  const result = await git.offline(['rev-parse', '--is-shallow-repository']);
  const answer = result.stdout.toString('utf8').trim();
  if (result.exitCode !== 0 || (answer !== 'true' && answer !== 'false')) throw gitFailure(result);
  return answer === 'true';
}

/** The remote that a partial clone promised to fetch missing objects from, if this is one. */
export function promisorRemote(git: GitProcesses): Promise<string | undefined> {
  return git.once('promisor', () => readPromisorRemote(git));
}

async function readPromisorRemote(git: GitProcesses): Promise<string | undefined> {
  const pattern = '^(remote\\..*\\.(promisor|partialclonefilter)|extensions\\.partialclone)$';
  const result = await git.offline(['config', '--null', '--get-regexp', pattern]);
  if (result.exitCode > 1) throw gitFailure(result);
  for (const entry of result.stdout.toString('utf8').split('\0')) {
    // A key without a value means true.
    const [key = '', value = 'true'] = entry.split('\n', 2);
    if (key === 'extensions.partialclone') return value;
    const remote = /^remote\.(.*)\.(?:promisor|partialclonefilter)$/.exec(key)?.[1];
    if (remote !== undefined && !/^(?:false|no|off|0|)$/i.test(value)) return remote;
  }
  return undefined;
}

/**
 * Fetches the history that a shallow clone lacks, from origin; does nothing where it is complete.
 * @throws Refusal where origin does not give it; Failure where it was told to stop.
 */
export async function unshallow(git: GitProcesses, limits: NetworkLimits): Promise<void> {
  if (!(await isShallow(git))) return;
  const args = ['fetch', '--unshallow', '--no-write-fetch-head', '--recurse-submodules=no', 'origin'];
  const result = await git.fetch(args, limits);
  if (result.exitCode !== 0) throw originFailure(result, 'the history that this shallow clone lacks');
  if (!(await isShallow(git))) return;
  throw new Refusal({
    what: 'This clone is shallow, and still is after fetching its history.',
    why: 'The origin that it was made from is a shallow clone itself.',
    next: FULL_CHECKOUT,
  });
}

/**
 * Fetches one commit from origin, with its history unless the clone is shallow, and tells whether the clone has it
 * now.
 * @throws Refusal where the clone itself is unusable; Failure where it was told to stop.
 */
export async function tryFetchCommit(
  git: GitProcesses,
  commit: string,
  limits: NetworkLimits,
): Promise<boolean> {
  if (!isObjectId(commit)) return false;
  // Whoever made a shallow clone does not want the rest: a push completes it before, a tarball needs none.
  const depth = (await isShallow(git)) ? ['--depth=1'] : [];
  const result = await git.fetch(['fetch', ...QUIET_FETCH, ...depth, 'origin', commit], limits);
  if (result.exitCode === 0) return hasCommit(git, commit);
  const stopped = result.ended === 'aborted' || result.ended === 'not-started';
  const unusable = stopped ? gitFailure(result) : unusableClone(result.stderr);
  if (unusable !== undefined) throw unusable;
  return false;
}

/** The error for a fetch that did not bring what was wanted. */
export function originFailure(result: GitResult, wanted: string): Failure | Refusal {
  if (result.ended === 'aborted' || result.ended === 'not-started') return gitFailure(result);
  const words = gitWords(result.stderr);
  return (
    unusableClone(result.stderr) ??
    new Refusal({
      what: `The clone’s origin did not give ${wanted} (${ending(result)}).`,
      why: words === undefined ? 'git does not say why.' : `git says: ${words}.`,
      next: `${FULL_CHECKOUT} A job that works in a persisted workspace needs the checkout’s SSH key for fetching.`,
    })
  );
}
