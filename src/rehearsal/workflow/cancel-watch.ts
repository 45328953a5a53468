import type { StepHeader, StepResult } from '../run/types.ts';
import type { PlannedCancel } from './cancel-points.ts';
import type { JobHeader, MissedCancel, WorkflowJobResult, WorkflowOutput } from './types.ts';

/** How much of an unfinished line is kept, in characters. */
const LONGEST_LINE = 64 * 1024;

/**
 * Passes a workflow's output on and presses the cancel button where it was asked to. The signal is aborted while the
 * event that asks for it is being told, so nothing of the step happens in between.
 */
export class CancelWatch implements WorkflowOutput {
  private job: string | undefined;
  private controller = new AbortController();
  private pressed: PlannedCancel | undefined;
  private readonly unfinished = new Map<number, string>();
  private readonly done = new Set<PlannedCancel>();
  private readonly startedSteps = new Set<PlannedCancel>();
  private readonly startedJobs = new Set<string>();

  constructor(
    private readonly planned: readonly PlannedCancel[],
    private readonly output: WorkflowOutput,
  ) {}

  /** Aborted when the job that runs now is canceled. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The point at which the job that runs now was canceled. */
  get reached(): PlannedCancel | undefined {
    return this.pressed;
  }

  jobStarted(job: JobHeader): void {
    this.job = job.name;
    this.controller = new AbortController();
    this.pressed = undefined;
    this.unfinished.clear();
    this.startedJobs.add(job.name);
    this.output.jobStarted?.(job);
  }

  jobEnded(result: WorkflowJobResult): void {
    this.job = undefined;
    this.output.jobEnded?.(result);
  }

  stepStarted(step: StepHeader): void {
    this.output.stepStarted?.(step);
    for (const point of this.pointsAt(step.index)) {
      this.startedSteps.add(point);
      if (point.after === undefined) this.press(point);
    }
  }

  write(text: string, index: number): void {
    this.output.write(text, index);
    const points = this.pointsAt(index);
    if (points.length === 0) return;
    const lines = ((this.unfinished.get(index) ?? '') + text).split('\n');
    this.unfinished.set(index, (lines.pop() ?? '').slice(-LONGEST_LINE));
    for (const line of lines) {
      const hit = points.find(
        ({ after }) => after !== undefined && line.replace(/\r$/, '').search(after) >= 0,
      );
      if (hit !== undefined) this.press(hit);
    }
  }

  stepEnded(result: StepResult): void {
    this.output.stepEnded?.(result);
  }

  /** The cancellations that never happened. */
  missed(): MissedCancel[] {
    return this.planned
      .filter((point) => !this.done.has(point))
      .map((point) => ({
        point: point.text,
        because: !this.startedJobs.has(point.job)
          ? 'the job did not start'
          : this.startedSteps.has(point)
            ? 'no line of the step matched'
            : 'the step did not start',
      }));
  }

  private pointsAt(index: number): PlannedCancel[] {
    return this.planned.filter((point) => point.job === this.job && point.index === index);
  }

  private press(point: PlannedCancel): void {
    if (this.pressed !== undefined) return;
    this.pressed = point;
    this.done.add(point);
    this.controller.abort();
  }
}
