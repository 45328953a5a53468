import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {
  ProcessHost,
  ProcessOptions,
  ProcessState,
  RunningProcess,
} from '../../../src/simulator/parts.ts';
import { createProcessHost } from '../../../src/simulator/processes/index.ts';

/** Node, as a word of a shell command. */
export const NODE = JSON.stringify(process.execPath);

/** A process host and a folder for its dynos, new for each test. */
export interface Bench {
  host: ProcessHost;
  directory: string;
}

export function useBench(): Bench {
  const bench = {} as Bench;
  beforeEach(async () => {
    bench.directory = await realpath(await mkdtemp(path.join(tmpdir(), 'process-host-')));
    bench.host = createProcessHost();
  });
  afterEach(async () => {
    await bench.host.close();
    await rm(bench.directory, { recursive: true });
  });
  return bench;
}

/** A started process with all that it reported, and a way to wait for a report. */
export class Observed {
  readonly states: ProcessState[] = [];
  readonly lines: string[] = [];
  readonly running: RunningProcess;
  private changed = () => {};

  constructor({ host, directory }: Bench, command: string, options: Partial<ProcessOptions> = {}) {
    this.running = host.start({
      name: 'web.1',
      command,
      directory,
      environment: {},
      onState: (state) => {
        this.states.push(state);
        this.changed();
      },
      onLine: (line) => {
        this.lines.push(line);
        this.changed();
      },
      ...options,
    });
  }

  async until(met: () => boolean): Promise<void> {
    while (!met()) await new Promise<void>((resolve) => (this.changed = resolve));
  }

  untilState(state: ProcessState): Promise<void> {
    return this.until(() => this.states.includes(state));
  }

  untilLine(text: string): Promise<void> {
    return this.until(() => this.lines.some((line) => line.includes(text)));
  }
}
