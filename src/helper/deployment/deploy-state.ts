import type { Settings } from '../../parameters/index.ts';
import type { Release } from '../ports/heroku.ts';
import type { Budget } from '../time/budget.ts';
import type { AppFacts, CloneFacts } from './facts.ts';
import type { PhaseRunner } from './phases.ts';
import type { Ports } from './ports.ts';
import type { Shipping } from './shipping.ts';
import type { UndoStack } from './undo-stack.ts';

/** What all phases of one run share. */
export interface Run {
  readonly ports: Ports;
  readonly settings: Settings<'deploy'>;
  readonly budget: Budget;
  readonly undo: UndoStack;
  readonly phases: PhaseRunner;
}

/** What preflight hands to the phases after it. */
export interface Preflight {
  readonly app: AppFacts;
  readonly clone: CloneFacts;
  readonly shipping: Shipping;
}

/** What shipping hands on: the release to judge. */
export interface Shipped {
  /** Undefined where only its slug or commit is known yet. */
  readonly release: Release | undefined;
  readonly slugId: string | undefined;
  readonly buildId: string | undefined;
}
