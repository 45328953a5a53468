import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How one run of the helper went. */
export interface HelperRun {
  /** Null where it did not come to an end by itself. */
  readonly exitCode: number | null;
  /** It did not end before its limit, and was killed. */
  readonly hung: boolean;
  readonly milliseconds: number;
  /** All that it printed; where it crashed, also what Node.js said of that. */
  readonly log: string;
}

export interface HelperCall {
  /** A bundle of the helper that exports `runProcess`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** A process that runs the helper, one run after the other; a new one after a crash. */
export class HelperHost {
  #child: ChildProcess | undefined;
  #complaint = '';

  /** @param environment Variables that Node.js reads once, at its start. */
  constructor(private readonly environment: Readonly<Record<string, string>>) {}

  async run(call: HelperCall, limitMs: number): Promise<HelperRun> {
    const child = (this.#child ??= this.#start());
    const started = performance.now();
    this.#complaint = '';
    const over = new AbortController();
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.send(call);
    const { signal } = over;
    const answer = await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as { exitCode: number; log: string }),
      once(child, 'close', { signal }).then(() => undefined),
    ]);
    clearTimeout(timer);
    over.abort();
    const milliseconds = Math.round(performance.now() - started);
    if (answer !== undefined) return { ...answer, hung, milliseconds };
    this.#child = undefined;
    return { exitCode: null, hung, milliseconds, log: this.#complaint };
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  #start(): ChildProcess {
    const child = fork(join(__dirname, 'host.cjs'), {
      env: { PATH: process.env['PATH'], ...this.environment },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#complaint += text));
    }
    return child;
  }
}
