import type { ProcessHost, ProcessOptions, RunningProcess } from '../parts.ts';
import { DynoProcess } from './dyno-process.ts';
import { OutputPipes } from './output-pipe.ts';
import { PortSource } from './ports.ts';

/**
 * Starts dynos as real processes of this machine. Each runs with bash in a process group of its own, gets
 * exactly the environment it is given plus PATH, HOME and PORT, and dies as a whole: with its first process,
 * with `stop`, with `close`, or with this process.
 */
export function createProcessHost(): ProcessHost {
  return new LocalProcessHost();
}

class LocalProcessHost implements ProcessHost {
  private readonly running = new Set<DynoProcess>();
  private readonly ports = new PortSource();
  private readonly pipes = new OutputPipes();
  private closed = false;

  start(options: ProcessOptions): RunningProcess {
    if (this.closed) throw new Error(`${options.name} was not started: the process host is closed.`);
    const dyno = new DynoProcess(options, this.pipes);
    this.running.add(dyno);
    void dyno.exited.then(() => this.running.delete(dyno));
    return dyno;
  }

  freePort(): Promise<number> {
    return this.ports.next();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.pipes.close();
    await Promise.all([...this.running].map((dyno) => dyno.stop(0)));
  }
}
