import type { Ratio } from './rounds.ts';

/** Everything that is measured, by the name that its aim has too. */
export type FigureId =
  | 'start-up-time'
  | 'start-up-memory'
  | 'doctor-time'
  | 'doctor-memory'
  | 'install-time'
  | 'deploy-100'
  | 'deploy-1000';

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
