import { debuglog } from 'node:util';
import { Failure, Refusal } from '../errors.ts';
import { parseSafeUrl } from '../heroku/transport.ts';
import type { PushRequest } from '../ports/git.ts';
import { promisorRemote } from './clone.ts';
import type { GitProcesses } from './git-processes.ts';
import { gitVersion, hasCommit, requireObjectId } from './revisions.ts';

/** The first git that reads settings from `GIT_CONFIG_COUNT`. */
const OLDEST_GIT = [2, 31] as const;

/** What a push has to know of its request and its clone. */
export interface Pushable {
  /** In the one spelling that git and its settings are given. */
  readonly url: URL;
  /** Whether the clone was made without all of its files. */
  readonly isPartial: boolean;
}

/**
 * Refuses, before anything is sent, what would push something else, to another place, or show the key. That the
 * commit is here git itself looks at first; in a partial clone it would fetch it, with the key at hand.
 * @throws Refusal; Failure where a partial clone lacks the commit.
 */
export async function requirePushable(git: GitProcesses, request: PushRequest): Promise<Pushable> {
  const url = requireUrl(request.url);
  requireBranch(request.branch);
  requireObjectId(request.commit);
  if (request.lease !== undefined && request.lease !== '') requireObjectId(request.lease);
  requireQuietNode();
  const [isPartial] = await Promise.all([
    promisorRemote(git).then((remote) => remote !== undefined),
    requireVersion(git),
  ]);
  if (isPartial && !(await hasCommit(git, request.commit))) throw commitNotHere(request.commit);
  return { url, isPartial };
}

/** The error for a commit that the clone lacks. */
export function commitNotHere(commit: string): Failure {
  return new Failure({
    what: `The commit ${commit} is not in this clone.`,
    why: 'It may not have been fetched, or the clone was made anew since it was looked up.',
    next: 'Check the code out again and run the job again.',
  });
}

function requireUrl(text: string): URL {
  const url = parseSafeUrl(text);
  if (url !== undefined && url.search === '' && url.hash === '') return url;
  throw new Refusal({
    what: 'The URL of Heroku’s git server cannot be used.',
    why: 'It has to be https, or http on this machine, and to hold neither credentials nor a query.',
    next: 'Check `HEROKU_GIT_HOST` and `HEROKU_HOST`.',
  });
}

/** The rules of `git check-ref-format`, and no dash in front. */
function requireBranch(branch: string): void {
  const bad =
    branch === '' ||
    /[\s\p{Cc}~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$/u.test(branch) ||
    /^[-/]/.test(branch) ||
    branch.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock'));
  if (!bad) return;
  throw new Refusal({
    what: `heroku-branch: ${JSON.stringify(branch)} is no branch name.`,
    why: 'git allows neither white space nor any of `~ ^ : ? * [ \\`, `..`, `@{` or a leading `-` in one.',
    next: 'Set `heroku-branch` to `main` or `master`: Heroku builds no other branch.',
    parameter: 'heroku-branch',
  });
}

/** Node prints the environment of every process that it starts, and cannot be told to stop. */
function requireQuietNode(): void {
  if (!debuglog('child_process').enabled) return;
  throw new Refusal({
    what: 'NODE_DEBUG is set, so Node would print the API key when git is started.',
    next: 'Unset `NODE_DEBUG` in the job.',
  });
}

async function requireVersion(git: GitProcesses): Promise<void> {
  const version = await gitVersion(git);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor >= OLDEST_GIT[1])) return;
  throw new Refusal({
    what: `git ${version} is too old.`,
    why: `git ${OLDEST_GIT.join('.')} is the first that takes credentials without writing them down.`,
    next: 'Use a newer image, such as a current `cimg/node`, or `transport: build`.',
  });
}
