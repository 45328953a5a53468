import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { messageOf } from '../output/message.ts';
import type { Log } from '../ports/log.ts';
import type { PushOutcome, PushRequest } from '../ports/git.ts';
import type { GitProcesses } from './git-processes.ts';
import { commitNotHere, requirePushable } from './push-checks.ts';
import { NO_AUTHORITIES, pushEnvironment } from './push-environment.ts';
import { pushOutcome } from './push-outcome.ts';
import { PushOutput } from './push-output.ts';
import { hasCommit } from './revisions.ts';
import type { GitResult } from './run.ts';

/**
 * Pushes one commit with one `git push`, and tells what it came to. The key is in that process's
 * environment and nowhere else; no hook, credential helper, agent or rewritten URL has a say in it.
 * @throws Refusal or Failure where nothing was sent because of the request, the clone or its configuration.
 */
export async function push(
  git: GitProcesses,
  request: PushRequest,
  log: Log | undefined,
): Promise<PushOutcome> {
  const { url, isPartial } = await requirePushable(git, request);
  // A name that nobody can have given a meaning before: neither a remote nor a rewriting of URLs.
  const alias = `heroku-cd-${randomUUID()}:${url.href}`;
  const ref = `refs/heads/${request.branch}`;
  const lease = request.lease === undefined ? [] : [`--force-with-lease=${ref}:${request.lease}`];
  const args = [
    'push',
    '--no-verify',
    '--porcelain',
    // What git says while it makes the pack tells whether anything can have been sent.
    '--progress',
    ...lease,
    alias,
    // Without the suffix, a branch or a tag whose name is these digits would be pushed in the commit's place; with
    // it, git ends before it asks the server anything where the commit is not here.
    `${request.commit}^{commit}:${ref}`,
  ];
  const attempt = async (oneFile: boolean): Promise<Attempt> => {
    const output = new PushOutput(request.branch, passOn(request, log));
    const { apiKey, timeoutMs, signal } = request;
    const result = await git.push(
      args,
      (job) => pushEnvironment(job, { url, alias, apiKey, isPartial, oneFile }),
      { timeoutMs, signal },
      output,
    );
    output.end();
    return { result, output };
  };
  const oneFile = url.protocol === 'https:' && existsSync(NO_AUTHORITIES);
  let done = await attempt(oneFile);
  // Whom that file does not vouch for, another place may: nothing but a question was sent, and the key to nobody else.
  if (oneFile && says(done, NO_ANSWER) && !says(done, NOT_OF_TRUST)) done = await attempt(false);
  if (says(done, NOT_HERE) && !(await hasCommit(git, request.commit))) throw commitNotHere(request.commit);
  return pushOutcome(done.result, done.output);
}

interface Attempt {
  readonly result: GitResult;
  readonly output: PushOutput;
}

/** git's words where its first question, before any pack, was not answered. */
const NO_ANSWER = /^fatal: unable to access '/;
/**
 * What cannot be for want of an authority: no connection, or an answer. libcurl has no words of its own for a
 * certificate that nobody vouches for, but passes on those of GnuTLS, OpenSSL or whatever it was built with.
 */
const NOT_OF_TRUST =
  /The requested URL returned error: \d|Could not resolve (?:host|proxy)|Failed to connect to|Failed connect to|Couldn't connect to server|Could not connect to server|Connection timed out|Operation timed out|Empty reply from server/i;
const NOT_HERE = /^error: src refspec /;

/** Of git itself, not of the server. */
function says({ output }: Attempt, words: RegExp): boolean {
  return output.ownLines.some((line) => words.test(line));
}

/** A push is not given up because a line of its output could not be shown. */
function passOn(request: PushRequest, log: Log | undefined): (line: string) => void {
  let broken = false;
  return (line) => {
    if (broken) return;
    try {
      request.onLine(line);
    } catch (error) {
      broken = true;
      log?.warn(`The rest of the push’s output is not shown: ${messageOf(error)}`);
    }
  };
}
