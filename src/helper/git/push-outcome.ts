import { Failure, type Refusal } from '../errors.ts';
import type { PushOutcome } from '../ports/git.ts';
import { ending, gitWords, unusableClone } from './failures.ts';
import type { PushOutput } from './push-output.ts';
import type { GitResult } from './run.ts';

/** Lines by which the server says so itself, whatever its status (the wording is Heroku's). */
const RATE_LIMIT_LINE = /reached the API rate limit/i;
const SHALLOW_LINE = /source repository is a shallow clone/i;

/** git's words for an HTTP status, of the first request and of the one with the pack. */
const HTTP_STATUS =
  /The requested URL returned error: (\d{3})|RPC failed; HTTP (\d{3})|RPC failed; result=\d+, HTTP code = (\d{3})/;
const UNAUTHORIZED = /Authentication failed for|could not read (?:Username|Password) for/;
const NOT_FOUND = /^fatal: repository '.*' not found/m;
const MISSING_OBJECT =
  /from promisor remote|lazy fetching disabled|(?:missing|bad|unable to read)(?: (?:blob|tree|commit|object))* ['(]?[0-9a-f]{40}/;
/** Only the server's answer to the first question can be at fault, as long as no pack has been begun. */
const NO_CONNECTION =
  /unable to access '|protocol error: |not valid: is this a git repository|git-http-push failed|invalid server response|expected flush|unexpected (?:line|disconnect)|hung up/;
const LOCAL =
  /src refspec|bad config|invalid refspec|bad object|unable to find remote helper|is not a git command|unknown option|not valid object/i;

/**
 * What a push came to. It counts as done only where git names the branch with a sign of success and exits
 * with 0: a git that merely ends without complaint has pushed nothing that anybody knows of.
 * @throws Refusal or Failure where git never got as far as the server because of this clone or this git.
 */
export function pushOutcome(result: GitResult, output: PushOutput): PushOutcome {
  if (result.ended === 'not-started') return { kind: 'unreachable', message: 'git push was not started' };
  if (result.ended !== 'by-itself' || result.exitCode === undefined) {
    const unsent = output.packBegun ? {} : ({ unsent: true } as const);
    return { kind: 'lost', message: `git push: ${ending(result)}`, ...unsent };
  }
  return output.status === undefined
    ? withoutStatus(result, output)
    : withStatus(result.exitCode, output, output.status.flag, output.status.summary);
}

function withStatus(exitCode: number, output: PushOutput, flag: string, summary: string): PushOutcome {
  if (flag === '!') return rejected(output, summary);
  const done = exitCode === 0;
  if (done && flag === '=') return { kind: 'up-to-date' };
  if (done && (flag === ' ' || flag === '+' || flag === '*')) {
    const { releasedVersion } = output;
    return releasedVersion === undefined ? { kind: 'pushed' } : { kind: 'pushed', releasedVersion };
  }
  return { kind: 'lost', message: `git push: exit ${exitCode} with “${flag} ${summary}”` };
}

function rejected(output: PushOutput, summary: string): PushOutcome {
  if (/stale info/.test(summary)) return { kind: 'stale-lease' };
  if (/shallow update/.test(summary) || says(output, SHALLOW_LINE)) return { kind: 'shallow-refused' };
  if (says(output, RATE_LIMIT_LINE)) return { kind: 'rate-limited' };
  if (/non-fast-forward|fetch first|needs force/.test(summary)) return { kind: 'non-fast-forward' };
  // The branch moved between git's question and its pack: by somebody else's push, or by this very one,
  // which libcurl sends again over a connection that broke off.
  if (
    /remote failure|failed to update ref|cannot lock ref|already exists|incorrect old value/.test(summary)
  ) {
    return { kind: 'lost', message: `git says: ${summary}` };
  }
  return declined(output, summary);
}

function withoutStatus(result: GitResult, output: PushOutput): PushOutcome {
  const own = output.ownLines.join('\n');
  const message =
    gitWords(own) ?? `git push ended (${ending(result)}) without saying what became of the branch`;
  if (result.exitCode === 0) return { kind: 'lost', message };
  if (MISSING_OBJECT.test(own)) return { kind: 'objects-missing', message };
  const status = httpStatus(own);
  if (status === 429 || says(output, RATE_LIMIT_LINE)) return { kind: 'rate-limited' };
  if (status === 401 || UNAUTHORIZED.test(own)) return { kind: 'unauthorized' };
  if (status === 404 || status === 410 || NOT_FOUND.test(own)) return { kind: 'not-found' };
  if (status === 403) return declined(output, message);
  if (output.packBegun) return { kind: 'lost', message };
  const local = localError(own);
  if (local !== undefined) throw local;
  return { kind: NO_CONNECTION.test(own) ? 'unreachable' : 'lost', message };
}

function declined(output: PushOutput, reason: string): PushOutcome {
  return { kind: 'declined', lines: output.remoteLines.length > 0 ? [...output.remoteLines] : [reason] };
}

function says(output: PushOutput, pattern: RegExp): boolean {
  return output.remoteLines.some((line) => pattern.test(line));
}

function httpStatus(own: string): number | undefined {
  const found = HTTP_STATUS.exec(own)?.slice(1).find(Boolean);
  return found === undefined ? undefined : Number(found);
}

function localError(own: string): Failure | Refusal | undefined {
  const unusable = unusableClone(own);
  if (unusable !== undefined || !LOCAL.test(own)) return unusable;
  return new Failure({
    what: 'git could not begin the push.',
    why: `git says: ${gitWords(own) ?? 'nothing'}.`,
    next: 'Run `git fsck` on the clone, or check it out anew with `checkout: {method: full}`.',
  });
}
