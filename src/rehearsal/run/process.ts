import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { messageOf } from '../errors.ts';
import { formatDuration } from './durations.ts';
import { startFault } from './shell.ts';

export interface ProcessRequest {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly onOutput: (bytes: Buffer) => void;
  /** Milliseconds without output after which the process group is killed; undefined for no limit. */
  readonly noOutputTimeoutMs?: number;
  readonly terminate?: AbortSignal | undefined;
  readonly cancel?: AbortSignal | undefined;
  readonly terminationGraceMs: number;
}

export interface ProcessEnd {
  readonly exitCode: number | null;
  /** `silent`: killed by the no-output timeout. `canceled`: ended from outside. `unstartable`: it never ran. */
  readonly cause: 'exit' | 'silent' | 'canceled' | 'unstartable';
  readonly reason?: string;
}

/** How long a pipe that a daemon keeps open is listened to after the step itself has ended. */
const DRAIN_MS = 150;

const CANCELED = { cause: 'canceled', reason: 'the job was canceled' } as const;

/**
 * One process of a step: the leader of its own session and process group, standard input empty, both outputs in one pipe
 * in the order they were written.
 */
export class StepProcess {
  readonly done: Promise<ProcessEnd>;
  private readonly child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private verdict: ProcessEnd | undefined;
  private closed = false;
  private killed = false;
  private overAfterExit: (() => void) | undefined;

  constructor(private readonly request: ProcessRequest) {
    // A signal that follows the start can come after the step's first act: what is canceled already is not started.
    if (request.cancel?.aborted === true || request.terminate?.aborted === true) {
      this.done = Promise.resolve({ exitCode: null, ...CANCELED });
      return;
    }
    const fault = startFault(request.argv, request.env);
    if (fault !== undefined) {
      this.done = Promise.resolve({ exitCode: null, cause: 'unstartable', reason: fault });
      return;
    }
    let child: ChildProcess;
    try {
      // The small shell only joins the two outputs and is replaced by the step's own shell.
      child = spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...request.argv], {
        cwd: request.cwd,
        env: { ...request.env },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      // Each part is short enough, but the kernel also limits the sum (E2BIG).
      const reason = `fork/exec ${request.argv[0] ?? ''}: ${messageOf(error)}: the command and the environment together are too long.`;
      this.done = Promise.resolve({ exitCode: null, cause: 'unstartable', reason });
      return;
    }
    this.child = child;
    this.done = this.follow(child).finally(() => {
      clearTimeout(this.timer);
    });
  }

  /** The process group's and session's number; undefined when nothing was started. */
  get group(): number | undefined {
    return this.child?.pid;
  }

  get ended(): boolean {
    return this.closed || this.child === undefined;
  }

  /** Sends a signal to the whole group. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    const { group } = this;
    if (group === undefined || this.closed) return;
    try {
      process.kill(-group, name);
    } catch (error) {
      // ESRCH: the group is gone, which is what the signal was for.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  private async follow(child: ChildProcess): Promise<ProcessEnd> {
    const { request } = this;
    const watch = (): void => {
      this.watchSilence();
    };
    const hear = (bytes: Buffer): void => {
      watch();
      request.onOutput(bytes);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    watch();
    const stop = this.listenForAbort();
    const exit = await new Promise<ProcessEnd>((resolve) => {
      child.once('error', (error) => {
        this.closed = true;
        resolve({ exitCode: null, cause: 'unstartable', reason: error.message });
      });
      child.once('close', (code) => {
        this.closed = true;
        resolve({ exitCode: code, cause: 'exit' });
      });
      child.once('exit', (code, signal) => {
        clearTimeout(this.timer);
        this.overAfterExit = () => {
          this.drain(child, () => {
            resolve({
              exitCode: code,
              cause: 'exit',
              ...(signal === null ? {} : { reason: `ended by ${signal}` }),
            });
          });
        };
        // After SIGTERM, what the step's shell left behind may still be cleaning up: the pipe tells when it is done.
        if (this.verdict?.cause !== 'canceled' || this.killed) this.overAfterExit();
      });
    });
    stop();
    return this.verdict === undefined ? exit : { ...this.verdict, exitCode: exit.exitCode };
  }

  /** A process that outlives its step may hold the pipe open: what was written so far is read, then the step is over. */
  private drain(child: ChildProcess, over: () => void): void {
    let timer = setTimeout(over, DRAIN_MS);
    child.stdout?.on('data', () => {
      clearTimeout(timer);
      timer = setTimeout(over, DRAIN_MS);
    });
    child.once('close', () => {
      clearTimeout(timer);
    });
  }

  private watchSilence(): void {
    const limit = this.request.noOutputTimeoutMs;
    if (limit === undefined || this.verdict !== undefined) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const reason = `Too long with no output (exceeded ${formatDuration(limit)}): context deadline exceeded`;
      this.verdict = { exitCode: null, cause: 'silent', reason };
      this.signal('SIGKILL');
    }, limit);
  }

  private listenForAbort(): () => void {
    const { terminate, cancel, terminationGraceMs } = this.request;
    let grace: NodeJS.Timeout | undefined;
    const canceled = (): void => {
      this.verdict ??= { exitCode: null, ...CANCELED };
      clearTimeout(this.timer);
    };
    const onCancel = (): void => {
      canceled();
      this.killed = true;
      this.signal('SIGKILL');
      this.overAfterExit?.();
    };
    const onTerminate = (): void => {
      canceled();
      this.signal('SIGTERM');
      grace = setTimeout(onCancel, terminationGraceMs);
    };
    terminate?.addEventListener('abort', onTerminate, { once: true });
    cancel?.addEventListener('abort', onCancel, { once: true });
    return () => {
      clearTimeout(grace);
      terminate?.removeEventListener('abort', onTerminate);
      cancel?.removeEventListener('abort', onCancel);
    };
  }
}
