import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Place } from './leaks.ts';
import { nulSeparated, type Shims, type StartedProcess } from './shims.ts';

/**
 * Looks at the processes that a job has running: those that were started by absolute path, such as git's own
 * helpers, pass no shim. They are known by a folder that is named in their environment.
 */
export class ProcessSampler {
  readonly #seen = new Map<string, StartedProcess>();
  /** Those that ran before the job are none of its own, as long as they run. */
  #older = new Set(processIds());

  constructor(
    private readonly folder: string,
    private readonly shims: Shims,
  ) {}

  /** Looks once, now. */
  sample(): void {
    const running = processIds();
    this.#older = new Set(running.filter((pid) => this.#older.has(pid)));
    for (const pid of running) {
      if (this.#older.has(pid)) continue;
      const found = this.#read(pid);
      if (found !== undefined) this.#seen.set(`${pid} ${found.argv.join('\0')}`, found);
    }
  }

  get seen(): StartedProcess[] {
    return [...this.#seen.values()];
  }

  #read(pid: number): StartedProcess | undefined {
    try {
      const environ = readFileSync(`/proc/${pid}/environ`, 'utf8');
      if (!environ.includes(this.folder)) return undefined;
      const argv = argvOf(pid);
      if (this.shims.isOwnWork(argv)) return undefined;
      const parents = parentsOf(pid);
      return {
        pid,
        argv: this.shims.meantBy(argv),
        environ: nulSeparated(environ),
        ancestors: parents.map(argvOf),
        orphaned: !parents.includes(process.pid),
      };
    } catch {
      // It ended while it was looked at, or belongs to another user and is none of the job's.
      return undefined;
    }
  }
}

function processIds(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

function argvOf(pid: number): string[] {
  return nulSeparated(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
}

function parentsOf(pid: number): number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // pid (name) state parent …; the name may hold spaces and parentheses.
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return parent <= 1 ? [] : [parent, ...parentsOf(parent)];
}

/** The processes of a job, and what of their environment is allowed to hold the key. */
export class JobProcesses {
  constructor(
    readonly all: readonly StartedProcess[],
    private readonly keyVariable: string,
  ) {}

  /** The `git push` processes that the helper started; what git forks looks like one for a moment. */
  get pushes(): StartedProcess[] {
    return this.all.filter((one) => isPush(one.argv) && isHelper(one.ancestors[0] ?? []));
  }

  /** Processes that git started for a push. */
  get pushHelpers(): StartedProcess[] {
    return this.all.filter((one) => this.#isPartOfPush(one) && !isPush(one.argv));
  }

  /** Arguments, of which nothing is excepted, and environments without what is allowed. */
  places(): Place[] {
    return this.all.flatMap((one) => {
      const where = `${one.argv.slice(0, 4).join(' ').slice(0, 100)} (pid ${one.pid})`;
      const watched = one.environ.filter((entry) => !this.#isAllowed(one, entry));
      return [
        { place: 'argv' as const, where, bytes: Buffer.from(one.argv.join('\n')) },
        { place: 'environment' as const, where, bytes: Buffer.from(watched.join('\n')) },
      ];
    });
  }

  #isAllowed(one: StartedProcess, entry: string): boolean {
    // CircleCI gives a context's variables to every process of every step: to the shells that it starts, to
    // what they call (checkout's git among them), and to the helper, which reads the key from there, also
    // where it starts itself once more. The user's own commands (before-migrate) are steps of the job in all but
    // their place, and may need the key as those do. Whatever else the helper starts gets no such exception.
    if (entry.startsWith(`${this.keyVariable}=`)) {
      return isHelper(one.argv) || !isBelowHelper(one) || isOfUsersCommand(one);
    }
    // The one push gets the key as an HTTP header in git's own configuration by environment, because argv and
    // files can be read by others; git hands its environment on to the programs that do the push for it.
    const [, index] = /^GIT_CONFIG_VALUE_(\d+)=Authorization: Basic /.exec(entry) ?? [];
    if (index === undefined || !this.#isPartOfPush(one)) return false;
    const key = new RegExp(`^GIT_CONFIG_KEY_${index}=http\\.https?://[^=]*\\.git\\.extraheader$`, 'i');
    return one.environ.some((other) => key.test(other));
  }

  #isPartOfPush(one: StartedProcess): boolean {
    if (!PUSH_COMMANDS.test(gitCommand(one.argv))) return false;
    // Seen in the moment between its git's end and its own: whose it was can only be guessed.
    if (one.orphaned) return this.pushes.length > 0;
    return isBelowHelper(one) && [one.argv, ...one.ancestors].some(isPush);
  }
}

/** What git starts in order to push over HTTP: no hook, no credential helper, no ssh, no maintenance. */
const PUSH_COMMANDS = /^(push|remote-https?|send-pack|pack-objects|rev-list)$/;

function isBelowHelper(one: StartedProcess): boolean {
  return one.ancestors.some(isHelper);
}

/** A shell that the helper started, and all below it. */
function isOfUsersCommand(one: StartedProcess): boolean {
  const chain = [one.argv, ...one.ancestors];
  const top = chain[chain.findIndex(isHelper) - 1] ?? [];
  return /^(ba|da)?sh$/.test(basename(top[0] ?? '')) && top.includes('-c');
}

function isPush(argv: readonly string[]): boolean {
  return gitCommand(argv) === 'push';
}

/** `push` of `git push` and of `git-push`, settings before it left out; empty for another program than git. */
export function gitCommand(argv: readonly string[]): string {
  const program = basename(argv[0] ?? '');
  if (program.startsWith('git-')) return program.slice('git-'.length);
  if (program !== 'git') return '';
  const words = argv.slice(1);
  while (words[0]?.startsWith('-')) words.splice(0, words[0] === '-c' || words[0] === '-C' ? 2 : 1);
  return words[0] ?? '';
}

function isHelper(argv: readonly string[]): boolean {
  return /^node/.test(basename(argv[0] ?? '')) && argv.some((word) => basename(word) === 'heroku-cd.cjs');
}
