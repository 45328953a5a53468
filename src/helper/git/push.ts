import { messageOf } from '../output/message.ts';
import type { Log } from '../ports/log.ts';
import type { PushOutcome, PushRequest } from '../ports/git.ts';
import { promisorRemote } from './clone.ts';
import type { GitProcesses } from './git-processes.ts';
import { requirePushable } from './push-checks.ts';
import { pushEnvironment } from './push-environment.ts';
import { pushOutcome } from './push-outcome.ts';
import { PushOutput } from './push-output.ts';

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
  const url = await requirePushable(git, request);
  const ref = `refs/heads/${request.branch}`;
  const lease = request.lease === undefined ? [] : [`--force-with-lease=${ref}:${request.lease}`];
  const isPartial = (await promisorRemote(git)) !== undefined;
  const output = new PushOutput(request.branch, passOn(request, log));
  const result = await git.push(
    // --progress: what git says while it makes the pack tells whether anything can have been sent.
    ['push', '--no-verify', '--porcelain', '--progress', ...lease, url.href, `${request.commit}:${ref}`],
    (job) => pushEnvironment(job, { url, apiKey: request.apiKey, isPartial }),
    { timeoutMs: request.timeoutMs, signal: request.signal },
    output,
  );
  output.end();
  return pushOutcome(result, output);
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
