import { mkdir, writeFile } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import type { FlatStep } from '../expand/types.ts';
import { member } from '../expand/values.ts';
import { performAction, stepName, stepWhen } from './actions.ts';
import { checkoutRun } from './checkout.ts';
import { parseDuration } from './durations.ts';
import { Launcher, stepText } from './launcher.ts';
import type { ProcessEnd, StepProcess } from './process.ts';
import { StandIn } from './standin.ts';
import { StepLog } from './step-log.ts';
import type { JobResult, JobSetup, StepResult, StepStatus } from './types.ts';

type Outcome = Pick<StepResult, 'status' | 'exitCode' | 'attempts'> & { readonly reason?: string };

interface BackgroundStep {
  readonly index: number;
  readonly log: StepLog;
  readonly process: StepProcess;
  readonly began: number;
}

/**
 * Runs a compiled job's steps on this machine, one after the other, as CircleCI's agent does. Whatever the job started is
 * gone when it returns. It does not throw for failing steps.
 */
export async function runJob(setup: JobSetup): Promise<JobResult> {
  const standIn = await StandIn.create(setup.root);
  const launcher = new Launcher(setup, standIn.folder);
  const run = new JobRun(setup, standIn, launcher);
  try {
    await run.runSteps();
  } finally {
    const survivors = await launcher.cleanUp();
    if (survivors.length > 0) {
      setup.output.write(
        `These processes of the job belong to another user and are still running: ${survivors.join(', ')}\n`,
        -1,
      );
    }
  }
  return run.result();
}

class JobRun {
  private readonly steps: StepResult[] = [];
  private readonly background: BackgroundStep[] = [];
  private readonly started = Date.now();
  private failure: string | undefined;
  private halted = false;

  constructor(
    private readonly setup: JobSetup,
    private readonly standIn: StandIn,
    private readonly launcher: Launcher,
  ) {}

  async runSteps(): Promise<void> {
    await mkdir(this.setup.home, { recursive: true });
    await mkdir(this.launcher.workingDirectory, { recursive: true });
    await writeFile(this.launcher.bashEnv, '');
    for (const [index, step] of this.setup.job.steps.entries()) {
      this.steps.push(await this.step(step, index));
    }
  }

  /** What the job came to; called when nothing of it runs any more. */
  async result(): Promise<JobResult> {
    const status = this.ending ? 'canceled' : this.failure === undefined ? 'success' : 'failed';
    for (const { index, log, process, began } of this.background) {
      log.end();
      const { exitCode } = await process.done;
      const step = this.steps[index];
      if (step !== undefined) {
        const written = { outputBytes: log.bytes, output: log.text };
        this.steps[index] = { ...step, ...written, exitCode, durationMs: Date.now() - began };
      }
    }
    return {
      job: this.setup.job.name,
      status,
      ...(this.failure === undefined ? {} : { reason: this.failure }),
      halted: this.halted,
      steps: this.steps,
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
      const nothing = { exitCode: null, outputBytes: 0, output: '', durationMs: 0, attempts: 0 };
      const result = { ...header, ...kept, ...nothing };
      output.stepEnded?.(result);
      return result;
    }
    output.stepStarted?.(header);
    const log = new StepLog(secrets, (text) => {
      output.write(text, index);
    });
    const began = Date.now();
    const outcome = await this.perform(step, index, log);
    if (outcome.status !== 'background') log.end();
    if (outcome.status === 'failed') this.failure ??= `step ${String(index + 1)} (${header.name}) failed`;
    if (this.standIn.halted) this.halted = true;
    const written = { outputBytes: log.bytes, output: log.text, durationMs: Date.now() - began };
    const result = { ...header, ...outcome, ...written };
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

  private async perform(step: FlatStep, index: number, log: StepLog): Promise<Outcome> {
    const { workingDirectory } = this.launcher;
    try {
      if (step.type === 'run') return await this.runStep(step, index, log);
      if (step.type === 'checkout') {
        const folders = { home: this.setup.home, workingDirectory };
        const { command, env } = checkoutRun(step.options, this.setup.source, folders);
        const script = { ...step, options: { command, environment: env } };
        return await this.processStep(script, log, '/bin/bash -eo pipefail');
      }
      log.add(await performAction(step, this.setup, workingDirectory));
      return { status: 'success', exitCode: null, attempts: 1 };
    } catch (error) {
      // Whatever a step throws fails this step; the steps that run on failure still have their turn.
      const reason = messageOf(error);
      log.say(reason);
      return { status: 'failed', exitCode: null, attempts: 1, reason };
    }
  }

  private async runStep(step: FlatStep, index: number, log: StepLog): Promise<Outcome> {
    const shell = stepText(step, 'shell') ?? this.setup.job.shell;
    if (member(step.options, 'background') === true) {
      const process = this.launcher.start(step, log, shell);
      this.background.push({ index, log, process, began: Date.now() });
      return { status: 'background', exitCode: null, attempts: 1 };
    }
    const reruns = Number(member(step.options, 'max_auto_reruns') ?? 0);
    const delay = parseDuration(stepText(step, 'auto_rerun_delay') ?? '0s', 'auto_rerun_delay');
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.processStep(step, log, shell);
      if (outcome.status !== 'failed' || attempt > reruns || this.ending) {
        return { ...outcome, attempts: attempt };
      }
      log.say(`Automatic rerun ${String(attempt)} of ${String(reruns)}`);
      await this.launcher.pause(delay);
    }
  }

  private async processStep(step: FlatStep, log: StepLog, shell: string | undefined): Promise<Outcome> {
    const end = await this.launcher.start(step, log, shell).done;
    const status = statusOf(end);
    if (status !== 'success') log.say(end.reason ?? `Exited with code exit status ${String(end.exitCode)}`);
    const reason = end.reason === undefined ? {} : { reason: end.reason };
    return { status, exitCode: end.exitCode, attempts: 1, ...reason };
  }
}

function statusOf(end: ProcessEnd): StepStatus {
  if (end.cause === 'canceled') return 'canceled';
  return end.cause === 'exit' && end.exitCode === 0 ? 'success' : 'failed';
}
