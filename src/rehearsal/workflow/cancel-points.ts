import { messageOf, RehearsalError } from '../errors.ts';
import type { FlatJob, WorkflowJob } from '../expand/types.ts';
import { stepName } from '../run/actions.ts';
import type { CancelPoint } from './options.ts';

/** A cancel point that was found in the workflow. */
export interface PlannedCancel {
  /** The job's name in the workflow. */
  readonly job: string;
  /** The step's position in the compiled job, from 0. */
  readonly index: number;
  readonly after: RegExp | undefined;
  /** As the command line writes it. */
  readonly text: string;
}

/**
 * Reads `JOB@STEP` or `JOB@STEP:/regex/`, flags allowed. A step that is a number and nobody's name is the number.
 * @throws RehearsalError for anything else, and for a pattern that cannot be read.
 */
export function parseCancelPoint(text: string): CancelPoint {
  const at = text.indexOf('@');
  const [job, rest] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const [, named, source, flags] = /^(.*?):\/(.*)\/([imsu]*)$/s.exec(rest) ?? [];
  const step = named ?? rest;
  if (job === '' || step === '') {
    throw new RehearsalError(
      `--cancel takes JOB@STEP or JOB@STEP:/regex/, not ${JSON.stringify(text)}.`,
      'cancel',
    );
  }
  if (source === undefined) return { job, step };
  try {
    return { job, step, after: new RegExp(source, flags) };
  } catch (error) {
    throw new RehearsalError(`--cancel ${text}: ${messageOf(error)}.`, 'cancel');
  }
}

/**
 * Finds the jobs and steps that cancel points speak of.
 * @param jobs all jobs of the workflow.
 * @throws RehearsalError when one is not there, is several, or has no steps.
 */
export function planCancels(points: readonly CancelPoint[], jobs: readonly WorkflowJob[]): PlannedCancel[] {
  return points.map((point) => {
    const text = `${point.job}@${String(point.step)}${point.after === undefined ? '' : `:${String(point.after)}`}`;
    const refuse = (why: string): RehearsalError => new RehearsalError(`--cancel ${text}: ${why}`, 'cancel');
    const named = jobs.filter(({ name }) => name === point.job);
    const entries = named.length > 0 ? named : jobs.filter(({ invokes }) => invokes === point.job);
    const [entry, second] = entries;
    if (entry === undefined) {
      throw refuse(`there is no job ${point.job}; there is ${jobs.map(({ name }) => name).join(', ')}.`);
    }
    if (second !== undefined) {
      const names = entries.map(({ name }) => name).join(', ');
      throw refuse(`${point.job} is invoked several times: take one of ${names}.`);
    }
    const { name, job, type } = entry;
    if (job === undefined) throw refuse(`${name} is a job of type ${type}: it has no steps.`);
    const found = stepIndexes(job, point.step);
    const [index] = found;
    if (index === undefined) throw refuse(`the job has no such step; its steps are: ${stepList(job)}.`);
    if (found.length > 1) {
      const numbers = found.map((one) => String(one + 1)).join(', ');
      throw refuse(`several steps have that name; take one of the numbers ${numbers}.`);
    }
    return { job: name, index, after: point.after, text };
  });
}

function stepIndexes(job: FlatJob, step: string | number): number[] {
  const names = job.steps.map(stepName);
  const named = [...names.keys()].filter((index) => {
    const name = names[index]?.trim() ?? '';
    return name === step || name.split('\n')[0] === step;
  });
  if (named.length > 0) return named;
  const number = typeof step === 'number' ? step : /^\d+$/.test(step) ? Number(step) : 0;
  return number >= 1 && number <= names.length ? [number - 1] : [];
}

function stepList(job: FlatJob): string {
  return job.steps
    .map((step, index) => `${String(index + 1)} ${stepName(step).trim().split('\n')[0] ?? ''}`)
    .join(', ');
}
