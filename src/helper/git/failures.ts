import { Failure, Refusal } from '../errors.ts';
import { formatDuration } from '../time/format.ts';
import type { GitResult } from './run.ts';

/** Beyond this, git's words are cut: the rest is advice. */
const LONGEST_WORDS = 300;
const NOISE = /^(?:hint:|warning: lazy fetching disabled)|^\s*$/;
const CAUSE = /^(?:fatal|error): /;

/** What git said is wrong, in one short line without credentials; undefined where it said nothing. */
export function gitWords(stderr: string): string | undefined {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => !NOISE.test(line));
  const causes = lines.filter((line) => CAUSE.test(line)).map((line) => line.replace(CAUSE, ''));
  const words = maskUserInfo(
    (causes.length > 0 ? [...new Set(causes)].slice(0, 3) : lines.slice(-2)).join('; '),
  );
  if (words === '') return undefined;
  return (words.length > LONGEST_WORDS ? `${words.slice(0, LONGEST_WORDS)}…` : words).replace(/\.$/, '');
}

/** Everything between the scheme and the host, a lone token too; ssh's user name is no secret. */
function maskUserInfo(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*:[^\s/]*@/gi, '$1[masked]@')
    .replace(/\b(https?:\/\/)[^\s/@]+@/gi, '$1[masked]@');
}

/** How git ended, for a person: `exit 128`, `ended by SIGKILL`, `not finished within 1 min`. */
export function ending(result: GitResult): string {
  if (result.ended === 'timed-out') return `not finished within ${formatDuration(result.timeoutMs)}`;
  if (result.ended === 'aborted' || result.ended === 'not-started') return 'stopped by us';
  return result.exitCode === undefined
    ? `ended by ${result.killedBy ?? 'a signal'}`
    : `exit ${result.exitCode}`;
}

/** The error for a command that did not do what it was run for; what is wrong with the clone itself comes first. */
export function gitFailure(result: GitResult): Failure | Refusal {
  const words = gitWords(result.stderr);
  return (
    unusableClone(result.stderr) ??
    new Failure({
      what: `\`${result.command}\` failed (${ending(result)}).`,
      ...(words === undefined ? {} : { why: `git says: ${words}.` }),
    })
  );
}

/** The refusal for a clone that no command works in, or undefined. */
export function unusableClone(stderr: string): Refusal | undefined {
  const dubious = /detected dubious ownership in repository at '(.*)'/.exec(stderr);
  if (dubious !== null) {
    const folder = dubious[1] ?? '';
    return new Refusal({
      what: `git refuses to work in ${folder}, because it belongs to another user.`,
      why: 'That happens in a container whose user is not the one that checked the code out.',
      next: `Run \`git config --global --add safe.directory ${folder}\` before.`,
    });
  }
  if (!isNoRepository(stderr)) return undefined;
  return new Refusal({
    what: 'The working directory is not inside a git repository.',
    why: 'What is deployed is a commit, so the job needs a clone.',
    next: 'Let a `checkout` step run before, and check the job’s `working_directory`.',
  });
}

/** Whether git looked for a repository and found none. */
export function isNoRepository(stderr: string): boolean {
  return /^fatal: not a git repository/m.test(stderr);
}
