import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { standInScript } from './standin-script.ts';
import type { CircleciCall } from './types.ts';

/** The `circleci` command of a rehearsed job: a small executable placed first on PATH. */
export class StandIn {
  private constructor(
    /** The folder to put on PATH. */
    readonly folder: string,
    private readonly callsFile: string,
    private readonly haltFile: string,
  ) {}

  /** Writes the executable, as `circleci` and `circleci-agent`, below the run's own folder. */
  static async create(root: string): Promise<StandIn> {
    const folder = join(root, 'bin');
    const calls = join(root, 'circleci-calls.jsonl');
    const halt = join(root, 'halt');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'circleci'), standInScript(process.execPath, calls, halt));
    await chmod(join(folder, 'circleci'), 0o755);
    await symlink('circleci', join(folder, 'circleci-agent'));
    return new StandIn(folder, calls, halt);
  }

  /** True after `circleci step halt`. */
  get halted(): boolean {
    return existsSync(this.haltFile);
  }

  /** Every call so far, in order. */
  async calls(): Promise<CircleciCall[]> {
    if (!existsSync(this.callsFile)) return [];
    const text = await readFile(this.callsFile, 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as CircleciCall);
  }
}
