import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessExit, ProcessOptions, ProcessState, RunningProcess } from '../parts.ts';
import { LineSplitter } from './line-splitter.ts';
import { untilListening } from './ports.ts';
import { groupGone, signalGroup, trackGroup, untrackGroup } from './process-group.ts';
import type { OutputPipes } from './output-pipe.ts';
import { spawnBash } from './spawn-bash.ts';

/** Heroku sends SIGKILL 30 seconds after SIGTERM (Dev Center: Dyno shutdown behavior). */
const HEROKU_GRACE_MS = 30_000;
/** How long output is awaited after the group is gone: a daemon of another session may hold the pipe open. */
const DRAIN_MS = 1_000;

/** One dyno's process: bash in a process group of its own, from `starting` to `crashed` or `down`. */
export class DynoProcess implements RunningProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  readonly input: Writable | undefined;
  private readonly child: ChildProcess;
  private readonly starting = new AbortController();
  private current: ProcessState = 'starting';
  private stopRequested = false;
  private killAt = Infinity;
  private killTimer: NodeJS.Timeout | undefined;

  /** @throws Error when the process cannot be started at all (no bash, no such directory). */
  constructor(
    private readonly options: ProcessOptions,
    pipes: OutputPipes,
  ) {
    const { child, pid, output, input } = spawnBash(options, pipes);
    this.child = child;
    this.pid = pid;
    this.input = input;
    trackGroup(this.pid);
    const drained = this.read(output);
    this.exited = this.untilGone(drained);
    void this.boot();
  }

  get state(): ProcessState {
    return this.current;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.hasNotExited()) signalGroup(this.pid, signal);
  }

  async stop(graceMs = HEROKU_GRACE_MS): Promise<void> {
    if (this.hasNotExited() && !this.stopRequested) {
      this.stopRequested = true;
      this.starting.abort();
      if (graceMs > 0) signalGroup(this.pid, 'SIGTERM');
    }
    this.killWithin(graceMs);
    await this.exited;
  }

  /** A later, shorter grace replaces a longer one. */
  private killWithin(graceMs: number): void {
    const at = performance.now() + graceMs;
    if (at >= this.killAt || this.isOver()) return;
    this.killAt = at;
    clearTimeout(this.killTimer);
    if (graceMs <= 0) signalGroup(this.pid, 'SIGKILL');
    else this.killTimer = setTimeout(() => signalGroup(this.pid, 'SIGKILL'), graceMs);
  }

  private hasNotExited(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  private isOver(): boolean {
    return this.current === 'crashed' || this.current === 'down';
  }

  private async boot(): Promise<void> {
    const { signal } = this.starting;
    // In a microtask at the earliest, so that the caller holds this object when it is told.
    await Promise.resolve();
    this.options.onState(this.current);
    try {
      await delay(this.options.startDelayMs ?? 0, undefined, { signal });
      if (this.options.port !== undefined) await untilListening(this.options.port, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    this.become('up');
  }

  private async untilGone(drained: Promise<void>): Promise<ProcessExit> {
    const exit = await new Promise<ProcessExit>((resolve) => {
      this.child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.starting.abort();
    // A dyno ends with its first process; while it is being stopped the others keep their grace.
    const byItself = !this.stopRequested;
    if (byItself) signalGroup(this.pid, 'SIGKILL');
    await groupGone(this.pid);
    untrackGroup(this.pid);
    clearTimeout(this.killTimer);
    await drained;
    this.become(byItself ? 'crashed' : 'down', exit);
    return exit;
  }

  private become(state: ProcessState, exit?: ProcessExit): void {
    this.current = state;
    this.options.onState(state, exit);
  }

  /** Resolves when all output has been handed on. */
  private async read(output: Readable): Promise<void> {
    const exited = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    const closed = new Promise<void>((resolve) => output.once('close', resolve));
    const lines = new LineSplitter((line) => this.options.onLine(line));
    if (this.options.onOutput) this.handOn(output, exited);
    else output.on('data', (chunk: Buffer) => lines.push(chunk));
    void exited
      .then(() => groupGone(this.pid))
      .then(() => Promise.race([closed, delay(DRAIN_MS, undefined, { ref: false })]))
      .then(() => output.destroy());
    await closed;
    lines.end();
  }

  /** Hands output on as it comes, no faster than it is taken. */
  private handOn(output: Readable, exited: Promise<void>): void {
    output.on('data', (chunk: Buffer) => {
      const taken = this.options.onOutput?.(chunk);
      if (taken === undefined) return;
      output.pause();
      void Promise.race([taken, exited]).then(() => output.resume());
    });
  }
}
