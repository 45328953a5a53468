import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { FlatStep } from '../expand/types.ts';
import { isMapping, member } from '../expand/values.ts';
import { performAction, stepName, stepWhen } from './actions.ts';
import { checkoutRun } from './checkout.ts';
import { parseDuration } from './durations.ts';
import { stepEnvironment } from './environment.ts';
import { DEFAULT_WORKING_DIRECTORY, expandPath } from './paths.ts';
import { StepProcess } from './process.ts';
import type { ProcessEnd } from './process.ts';
import { killLeftovers } from './reaper.ts';
import { shellArguments } from './shell.ts';
import { StandIn } from './standin.ts';
import { StepLog } from './step-log.ts';
import type { JobResult, JobSetup, StepResult, StepStatus } from './types.ts';

/** CircleCI ends a step that has written nothing for this long. Source: Configuration reference, `no_output_timeout`. */
const NO_OUTPUT_TIMEOUT = '10m';

type Outcome = Pick<StepResult, 'status' | 'exitCode' | 'attempts'> & { readonly reason?: string };

/**
 * Runs a compiled job's steps on this machine, one after the other, as CircleCI's agent does. Whatever the job started is
 * gone when it returns. It does not throw for failing steps.
 */
export async function runJob(setup: JobSetup): Promise<JobResult> {
  const run = new JobRun(setup, await StandIn.create(setup.root));
  try {
    return await run.run();
  } finally {
    await killLeftovers(run.sessions, setup.root);
  }
}

class JobRun {
  readonly sessions = new Set<number>();
  private readonly workingDirectory: string;
  private readonly bashEnv: string;
  private readonly started = Date.now();
  private failure: string | undefined;
  private halted = false;

  constructor(
    private readonly setup: JobSetup,
    private readonly standIn: StandIn,
  ) {
    const { home, job, root } = setup;
    this.workingDirectory = expandPath(job.workingDirectory ?? DEFAULT_WORKING_DIRECTORY, home, home);
    this.bashEnv = join(root, 'bash_env');
  }

  async run(): Promise<JobResult> {
    await mkdir(this.setup.home, { recursive: true });
    await mkdir(this.workingDirectory, { recursive: true });
    await writeFile(this.bashEnv, '');
    const steps: StepResult[] = [];
    for (const [index, step] of this.setup.job.steps.entries()) {
      steps.push(await this.step(step, index));
    }
    const canceled = this.ending;
    const status = canceled ? 'canceled' : this.failure === undefined ? 'success' : 'failed';
    return {
      job: this.setup.job.name,
      status,
      ...(this.failure === undefined ? {} : { reason: this.failure }),
      halted: this.halted,
      steps,
      circleciCalls: await this.standIn.calls(),
      durationMs: Date.now() - this.started,
    };
  }

  private get ending(): boolean {
    return this.setup.terminate?.aborted === true || this.setup.cancel?.aborted === true;
  }

  private async step(step: FlatStep, index: number): Promise<StepResult> {
    const { output, secrets } = this.setup;
    const header = { index, name: stepName(step), type: step.type };
    const kept = this.reasonNotToRun(step);
    if (kept !== undefined) {
      const result = {
        ...header,
        ...kept,
        exitCode: null,
        outputBytes: 0,
        output: '',
        durationMs: 0,
        attempts: 0,
      };
      output.stepEnded?.(result);
      return result;
    }
    output.stepStarted?.(header);
    const log = new StepLog(secrets, (text) => {
      output.write(text, index);
    });
    const began = Date.now();
    const outcome = await this.perform(step, log);
    log.end();
    if (outcome.status === 'failed') this.failure ??= `step ${String(index + 1)} (${header.name}) failed`;
    if (this.standIn.halted) this.halted = true;
    const result = {
      ...header,
      ...outcome,
      outputBytes: log.bytes,
      output: log.text,
      durationMs: Date.now() - began,
    };
    output.stepEnded?.(result);
    return result;
  }

  private reasonNotToRun(step: FlatStep): { status: StepStatus; reason: string } | undefined {
    if (this.ending) return { status: 'canceled', reason: 'the job was canceled' };
    if (this.halted) return { status: 'skipped', reason: 'the job was halted' };
    const when = stepWhen(step);
    if (this.failure !== undefined && when === 'on_success') {
      return { status: 'skipped', reason: `${this.failure}, and this step runs on success only` };
    }
    if (this.failure === undefined && when === 'on_fail') {
      return { status: 'skipped', reason: 'no step failed, and this step runs on failure only' };
    }
    return undefined;
  }

  private async perform(step: FlatStep, log: StepLog): Promise<Outcome> {
    try {
      if (step.type === 'run') return await this.runStep(step, log);
      if (step.type === 'checkout') {
        const folders = { home: this.setup.home, workingDirectory: this.workingDirectory };
        const { command, env } = checkoutRun(step.options, this.setup.source, folders);
        return await this.processStep(
          { ...step, options: { command, environment: env } },
          log,
          '/bin/bash -eo pipefail',
        );
      }
      log.add(await performAction(step, this.setup, this.workingDirectory));
      return { status: 'success', exitCode: null, attempts: 1 };
    } catch (error) {
      // Whatever a step throws fails this step; the steps that run on failure still have their turn.
      const reason = messageOf(error);
      log.say(reason);
      return { status: 'failed', exitCode: null, attempts: 1, reason };
    }
  }

  private async runStep(step: FlatStep, log: StepLog): Promise<Outcome> {
    const shell = member(step.options, 'shell') ?? this.setup.job.shell;
    const chosen = typeof shell === 'string' ? shell : undefined;
    if (member(step.options, 'background') === true) {
      this.start(step, log, chosen);
      return { status: 'background', exitCode: null, attempts: 1 };
    }
    const reruns = Number(member(step.options, 'max_auto_reruns') ?? 0);
    const delay = parseDuration(text(step, 'auto_rerun_delay') ?? '0s', 'auto_rerun_delay');
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.processStep(step, log, chosen);
      if (outcome.status !== 'failed' || attempt > reruns) return { ...outcome, attempts: attempt };
      log.say(`Automatic rerun ${String(attempt)} of ${String(reruns)}`);
      await this.pause(delay);
    }
  }

  private async processStep(step: FlatStep, log: StepLog, shell: string | undefined): Promise<Outcome> {
    const end = await this.start(step, log, shell).done;
    const status =
      end.cause === 'canceled'
        ? 'canceled'
        : end.exitCode === 0 && end.cause === 'exit'
          ? 'success'
          : 'failed';
    if (status !== 'success') log.say(sentence(end));
    return {
      status,
      exitCode: end.exitCode,
      attempts: 1,
      ...(end.reason === undefined ? {} : { reason: end.reason }),
    };
  }

  private start(step: FlatStep, log: StepLog, shell: string | undefined): StepProcess {
    const { setup } = this;
    const cwd = expandPath(text(step, 'working_directory') ?? '.', setup.home, this.workingDirectory);
    if (!existsSync(cwd)) throw new Error(`working_directory ${cwd} does not exist.`);
    const environment = member(step.options, 'environment');
    const env = stepEnvironment(setup, isMapping(environment) ? environment : {});
    const started = new StepProcess({
      argv: shellArguments(shell, text(step, 'command') ?? ''),
      env: { ...env, BASH_ENV: this.bashEnv, PATH: `${this.standIn.folder}:${env.PATH ?? ''}` },
      cwd,
      onOutput: (bytes) => {
        log.add(bytes);
      },
      ...(member(step.options, 'background') === true
        ? {}
        : {
            noOutputTimeoutMs: parseDuration(
              text(step, 'no_output_timeout') ?? NO_OUTPUT_TIMEOUT,
              'no_output_timeout',
            ),
          }),
      terminate: setup.terminate,
      cancel: setup.cancel,
      terminationGraceMs: setup.terminationGraceMs,
    });
    if (started.group !== undefined) this.sessions.add(started.group);
    return started;
  }

  private async pause(milliseconds: number): Promise<void> {
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
}

function text(step: FlatStep, key: string): string | undefined {
  const value = member(step.options, key);
  return typeof value === 'string' ? value : undefined;
}

function sentence(end: ProcessEnd): string {
  if (end.reason !== undefined) return end.reason;
  return `Exited with code exit status ${String(end.exitCode)}`;
}
