import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface HelperCall {
  /** A bundle of the helper that exports `runProcess`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/** A run of the helper in a process that nobody else uses meanwhile. */
export interface HelperRun {
  kill(signal: NodeJS.Signals): void;
  /** Its exit code; null where its process was killed. */
  readonly end: Promise<number | null>;
}

/**
 * Processes that run the helper, each one run after the other: starting Node.js takes longer than most runs. As
 * many as there are runs at once.
 */
export class HelperHosts {
  readonly #idle = new Set<ChildProcess>();
  readonly #all = new Set<ChildProcess>();

  /** @param environment Variables that Node.js reads once, at its start. */
  constructor(private readonly environment: Readonly<Record<string, string>>) {}

  run(call: HelperCall, onText: (text: string) => void): HelperRun {
    const [child = this.#start()] = this.#idle;
    this.#idle.delete(child);
    const end = new Promise<number | null>((resolve) => {
      const heard = (message: { text: string } | { exitCode: number }): void => {
        if ('text' in message) onText(message.text);
        else settle(message.exitCode);
      };
      const told = (text: string): void => onText(text);
      const gone = (): void => settle(null);
      const settle = (exitCode: number | null): void => {
        child.off('message', heard).off('close', gone);
        for (const stream of [child.stdout, child.stderr]) stream?.off('data', told);
        if (exitCode !== null) this.#idle.add(child);
        resolve(exitCode);
      };
      child.on('message', heard).once('close', gone);
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', told);
    });
    child.send(call);
    return { kill: (signal) => void child.kill(signal), end };
  }

  async close(): Promise<void> {
    for (const child of [...this.#all]) {
      if (!this.#all.has(child)) continue;
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  }

  #start(): ChildProcess {
    const child = fork(join(__dirname, 'host.cjs'), {
      env: { PATH: process.env['PATH'], ...this.environment },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8');
    this.#all.add(child);
    // A signal that comes when a run is just over ends its process.
    child.once('exit', () => this.#idle.delete(child));
    child.once('close', () => this.#all.delete(child));
    return child;
  }
}
