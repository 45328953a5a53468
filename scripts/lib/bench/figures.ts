import type { Cost } from './child.ts';
import { ratioOf, type Ratio } from './rounds.ts';

type History = 100 | 1000 | 10000;

/** Programs whose cost is measured. */
export type CostId =
  | 'start-up'
  | 'start-up-cli'
  | 'maintenance'
  | 'doctor'
  | 'install'
  | `deploy-${History}`
  | 'recipe-acts'
  | 'recipe-cli'
  | 'recipe-cli-read-back'
  | 'recipe-cli-without-waits'
  | 'output-100mb'
  | 'output-100mb-cli'
  | 'generate'
  | 'check-generated';

/** Everything that has an aim. */
export type FigureId =
  | `${CostId}-time`
  | `${CostId}-cpu`
  | 'start-up-memory'
  | 'maintenance-memory'
  | 'doctor-memory'
  | 'start-up-cli-memory'
  | `${'push' | 'history'}-${History}-${'time' | 'bytes'}`
  | `history-${History}-objects`
  | `ship-${History}-time`
  | 'recipe-requests'
  | 'recipe-acts-requests'
  | 'recipe-cli-requests'
  | `downtime-${5 | 30 | 120}s`
  | `downtime-growth-${30 | 120}s`
  | 'output-memory';

/** What stands in a ratio's place where the official CLI is not there to compare with. */
export const NOT_INSTALLED = 'not installed';

/** One row of the report: something measured against a named alternative. */
export interface Figure<Id extends string = FigureId> {
  readonly id: Id;
  readonly measured: string;
  readonly against: string;
  /** Or why there is none. */
  readonly ratio: Ratio | typeof NOT_INSTALLED;
}

/** A size, and what it is a share of. */
export interface Size {
  readonly part: string;
  readonly bytes: number;
  readonly of: string;
  readonly ofBytes: number;
}

/** What something costs against an alternative: how long it takes, and how much work it is. */
export function costFigures(
  id: CostId,
  [measured, costs]: readonly [string, readonly Cost[]],
  [against, others]: readonly [string, readonly Cost[] | undefined],
): Figure[] {
  const ratio = (kind: keyof Cost): Figure['ratio'] =>
    ratioOrNone(costs.map(pick(kind)), others?.map(pick(kind)));
  return [
    { id: `${id}-time`, measured: `${measured}: time`, against, ratio: ratio('time') },
    { id: `${id}-cpu`, measured: `${measured}: CPU time`, against, ratio: ratio('cpu') },
  ];
}

/** The ratio, or that what it would be a ratio to is not installed. */
export function ratioOrNone(
  measured: readonly number[],
  against: readonly number[] | undefined,
): Figure['ratio'] {
  return against === undefined ? NOT_INSTALLED : ratioOf(measured, against);
}

function pick(kind: keyof Cost): (cost: Cost) => number {
  return (cost) => cost[kind];
}

/** The middle one, for words beside a ratio. */
export function medianOf(values: readonly number[]): number {
  return ratioOf(
    values,
    values.map(() => 1),
  ).median;
}
