import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RehearsalError } from '../errors.ts';
import type { FlatStep } from '../expand/types.ts';
import { member } from '../expand/values.ts';
import { parseDuration } from './durations.ts';
import { stepEnvironment } from './environment.ts';
import { DEFAULT_WORKING_DIRECTORY, expandPath } from './paths.ts';
import { StepProcess } from './process.ts';
import { killLeftovers } from './reaper.ts';
import { shellArguments } from './shell.ts';
import type { StepLog } from './step-log.ts';
import type { JobSetup } from './types.ts';

/** CircleCI ends a step that has written nothing for this long. Source: Configuration reference, `no_output_timeout`. */
const NO_OUTPUT_TIMEOUT = '10m';

/** Starts the processes of one job's steps, and ends all of them. */
export class Launcher {
  readonly workingDirectory: string;
  readonly bashEnv: string;
  private readonly started: StepProcess[] = [];

  constructor(
    private readonly setup: JobSetup,
    private readonly standInFolder: string,
  ) {
    const { home, job, root } = setup;
    this.workingDirectory = expandPath(job.workingDirectory ?? DEFAULT_WORKING_DIRECTORY, home, home);
    this.bashEnv = join(root, 'bash_env');
  }

  /**
   * Starts a `run` step.
   * @throws RehearsalError for a folder that does not exist, or an unreadable shell or time.
   */
  start(step: FlatStep, log: StepLog, shell: string | undefined): StepProcess {
    const { setup } = this;
    const cwd = expandPath(stepText(step, 'working_directory') ?? '.', setup.home, this.workingDirectory);
    if (!existsSync(cwd)) {
      throw new RehearsalError(`working_directory ${cwd} does not exist.`, 'working_directory');
    }
    const timeout = stepText(step, 'no_output_timeout') ?? NO_OUTPUT_TIMEOUT;
    const env = stepEnvironment(setup, member(step.options, 'environment'));
    const process = new StepProcess({
      argv: shellArguments(shell, stepText(step, 'command') ?? ''),
      env: { ...env, BASH_ENV: this.bashEnv, PATH: `${this.standInFolder}:${env.PATH ?? ''}` },
      cwd,
      onOutput: (bytes) => {
        log.add(bytes);
      },
      ...(member(step.options, 'background') === true
        ? {}
        : { noOutputTimeoutMs: parseDuration(timeout, 'no_output_timeout') }),
      terminate: setup.terminate,
      cancel: setup.cancel,
      terminationGraceMs: setup.terminationGraceMs,
    });
    this.started.push(process);
    return process;
  }

  /** Waits for a rerun; the end of the job ends the wait. */
  async pause(milliseconds: number): Promise<void> {
    const { terminate, cancel } = this.setup;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(over, milliseconds);
      function over(): void {
        clearTimeout(timer);
        terminate?.removeEventListener('abort', over);
        cancel?.removeEventListener('abort', over);
        resolve();
      }
      terminate?.addEventListener('abort', over);
      cancel?.addEventListener('abort', over);
    });
  }

  /**
   * Kills everything that the job's steps left behind.
   * @returns the processes that could not be killed: they belong to another user.
   */
  async cleanUp(): Promise<number[]> {
    const sessions = this.started.map(({ group }) => group).filter((group) => group !== undefined);
    const survivors = await killLeftovers(new Set(sessions), this.setup.root);
    await Promise.all(this.started.map(async ({ done }) => done));
    return survivors;
  }
}

/** A step's option, when it is a text. */
export function stepText(step: FlatStep, key: string): string | undefined {
  const value = member(step.options, key);
  return typeof value === 'string' ? value : undefined;
}
