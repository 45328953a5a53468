import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Failure, Refusal } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import type { Environment } from './environment.ts';
import { endGroup, endWithThisProcess } from './process-group.ts';
import { prepareSimpleGit } from './simple-git.ts';

export interface GitCommand {
  readonly directory: string;
  readonly binary: string;
  readonly args: readonly string[];
  readonly environment: Environment;
  /** Written to stdin, which is closed in any case. */
  readonly input?: string;
  /** Milliseconds after which git and its children are ended. */
  readonly timeoutMs: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly signal?: AbortSignal | undefined;
  onStdout?(chunk: Buffer): void;
  onStderr?(chunk: Buffer): void;
}

export interface GitResult {
  /** Such as `git push`. */
  readonly command: string;
  /** Undefined where a signal ended git. */
  readonly exitCode: number | undefined;
  readonly killedBy: NodeJS.Signals | undefined;
  /** The limit it had. */
  readonly timeoutMs: number;
  /** Why we ended it, where we did. `not-started`: the signal had come before. */
  readonly ended: 'by-itself' | 'timed-out' | 'aborted' | 'not-started';
  readonly stdout: Buffer;
  /** The end of it, at most {@link STDERR_KEPT} characters. */
  readonly stderr: string;
}

const NOT_STARTED: Omit<GitResult, 'command' | 'timeoutMs'> = {
  exitCode: undefined,
  killedBy: undefined,
  ended: 'not-started',
  stdout: Buffer.alloc(0),
  stderr: '',
};
const STDERR_KEPT = 64 * 1024;
/** How long a child that git left behind may keep git's output open. */
const LINGER_MS = 2_000;

/**
 * Runs one git command and resolves when it, and where we had to end it every process that it had started,
 * is gone. What git did is told by the result, never by whether this resolves.
 * @throws Refusal where there is no git, or no such directory.
 */
export async function runGit(command: GitCommand): Promise<GitResult> {
  const name = `git ${command.args[0] ?? ''}`;
  if (!existsSync(command.directory)) {
    throw new Refusal({
      what: `The directory ${command.directory} does not exist.`,
      why: `\`${name}\` was to run in it.`,
      next: 'Check the job’s `working_directory`, and whether a step before has deleted it.',
    });
  }
  if (command.signal?.aborted) return { ...NOT_STARTED, command: name, timeoutMs: command.timeoutMs };
  const watched = await start(command).catch((error: unknown) => {
    throw notStarted(name, command.binary, error);
  });
  const result = await watched.result();
  if (watched.startError !== undefined) throw notStarted(name, command.binary, watched.startError);
  return { ...result, command: name, timeoutMs: command.timeoutMs };
}

async function start(command: GitCommand): Promise<WatchedProcess> {
  return new Promise((resolve, reject) => {
    prepareSimpleGit({ ...command, onSpawn: (child) => resolve(new WatchedProcess(child, command)) })
      // What it resolves with is of no use: the result is taken from the process itself, and sooner.
      .then((git) => git.raw([...command.args]))
      .catch(reject);
  });
}

/** One git process with its group, from its start until both are gone. */
class WatchedProcess {
  startError: Error | undefined;
  private readonly stdout: Buffer[] = [];
  private stderr = '';
  private exited = false;
  private exitCode: number | undefined;
  private killedBy: NodeJS.Signals | undefined;
  private ended: 'by-itself' | 'timed-out' | 'aborted' = 'by-itself';
  private ending: Promise<void> | undefined;
  private readonly closed: Promise<void>;

  constructor(
    private readonly child: ChildProcess,
    private readonly command: GitCommand,
  ) {
    const timer = setTimeout(() => this.end('timed-out'), Math.min(command.timeoutMs, 2 ** 31 - 1));
    const onAbort = (): void => this.end('aborted');
    command.signal?.addEventListener('abort', onAbort, { once: true });
    const release = child.pid === undefined ? undefined : endWithThisProcess(child.pid);
    child.on('error', (error) => (this.startError = error));
    child.on('exit', (code, signal) => this.onExit(code, signal));
    this.closed = new Promise((resolve) => {
      child.on('close', () => {
        clearTimeout(timer);
        command.signal?.removeEventListener('abort', onAbort);
        release?.();
        resolve();
      });
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (command.onStdout) command.onStdout(chunk);
      else this.stdout.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
      command.onStderr?.(chunk);
    });
    // git may end without having read its input: its status tells what that means.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(command.input ?? '');
    if (command.signal?.aborted) onAbort();
  }

  async result(): Promise<Omit<GitResult, 'command' | 'timeoutMs'>> {
    await this.closed;
    await this.ending;
    const { exitCode, killedBy, ended, stderr } = this;
    return { exitCode, killedBy, ended, stderr, stdout: Buffer.concat(this.stdout) };
  }

  private onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.exited = true;
    this.exitCode = code ?? undefined;
    this.killedBy = signal ?? undefined;
    const timer = setTimeout(() => {
      this.ending ??= this.endProcesses();
    }, LINGER_MS);
    this.child.on('close', () => clearTimeout(timer));
  }

  private end(why: 'timed-out' | 'aborted'): void {
    if (this.ending !== undefined || this.exited) return;
    this.ended = why;
    this.ending = this.endProcesses();
  }

  private async endProcesses(): Promise<void> {
    if (this.child.pid !== undefined) await endGroup(this.child.pid, this.command.graceMs);
    // A process that left the group, such as ssh's shared connection, may hold them open.
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }
}

function notStarted(name: string, binary: string, cause: unknown): Failure | Refusal {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'EACCES') {
    return new Failure({ what: `\`${name}\` could not be started.`, why: messageOf(cause) });
  }
  return new Refusal({
    what: 'There is no git here.',
    why: code === 'ENOENT' ? `\`${binary}\` was not found in the PATH.` : `\`${binary}\` may not be run.`,
    next: 'Use an image that has git, such as `cimg/node`, or install it before.',
  });
}
