import type { Cost } from './child.ts';
import { ratioOf, type Ratio } from './rounds.ts';

/** Programs whose cost is measured. */
export type CostId = 'start-up' | 'doctor' | 'install' | 'deploy-100' | 'deploy-1000';

/** Everything that has an aim. */
export type FigureId = `${CostId}-time` | `${CostId}-cpu` | 'start-up-memory' | 'doctor-memory';

/** One row of the report: something measured against a named alternative. */
export interface Figure<Id extends string = FigureId> {
  readonly id: Id;
  readonly measured: string;
  readonly against: string;
  readonly ratio: Ratio;
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
  [against, others]: readonly [string, readonly Cost[]],
): Figure[] {
  const ratio = (kind: keyof Cost): Ratio =>
    ratioOf(
      costs.map((cost) => cost[kind]),
      others.map((cost) => cost[kind]),
    );
  return [
    { id: `${id}-time`, measured: `${measured}: time`, against, ratio: ratio('time') },
    { id: `${id}-cpu`, measured: `${measured}: CPU time`, against, ratio: ratio('cpu') },
  ];
}
