import type { Settings } from '../../parameters/index.ts';
import type { BuildThere } from '../build-app/build.ts';
import type { BackupPlan } from '../database/backup-plan.ts';
import type { HealthCheck } from '../health/target.ts';
import type { HerokuCdError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import type { Migration } from '../migration/migrate.ts';
import type { Release } from '../ports/heroku.ts';
import type { Budget } from '../time/budget.ts';
import type { AppFacts, CloneFacts } from './facts.ts';
import type { FlushPlan } from './flush.ts';
import type { PhaseRunner } from './phases.ts';
import type { Ports } from './ports.ts';
import type { Released } from './release.ts';
import type { DatabaseOutcome } from './result.ts';
import type { Shipping } from './shipping.ts';
import type { Closed } from '../window/close.ts';
import type { Window } from '../window/window.ts';
import type { UndoStack } from './undo-stack.ts';

/** What all phases of one run share. */
export interface Run {
  readonly ports: Ports;
  readonly settings: Settings<'deploy'>;
  readonly budget: Budget;
  readonly undo: UndoStack;
  readonly phases: PhaseRunner;
  /** False: what is deployed already is migrated, and no clone is needed. */
  readonly push: boolean;
  /** The window is opened, and left open for work by hand: nothing is deployed. */
  readonly openOnly: boolean;
  /** `prepare`: everything before the first change. `continue`: everything from there on. */
  readonly half: 'whole' | 'prepare' | 'continue';
}

/** What preflight hands to the phases after it. */
export interface Preflight {
  readonly app: AppFacts;
  readonly clone: CloneFacts;
  readonly shipping: Shipping;
  /** The commit is built on `build-app` first. */
  readonly buildThere?: BuildThere | undefined;
  /** Whether the migration command will run. */
  readonly migrates: boolean;
  /** It was learned before the release that no migration is pending. */
  readonly nothingPending?: boolean;
  /** Whether the commit is released with a `release` process; known only where something depends on it. */
  readonly releasePhase?: boolean;
  /** Whether preboot is switched off for this run. */
  readonly prebootOff?: boolean;
  /** Whether the app goes through a maintenance window. */
  readonly window: boolean;
  /** What is done about the database first; absent where nothing is. */
  readonly backup?: BackupPlan | undefined;
  /** What is flushed; absent where nothing is. */
  readonly flush?: FlushPlan | undefined;
  /** How the app is asked in the end whether it is well. */
  readonly health?: HealthCheck | undefined;
  /** A window that an earlier run left closed on purpose, and that this run continues. */
  readonly held: Journal | undefined;
  /** What the first half of this deployment has written down (`--until window`). */
  readonly prepared: Journal | undefined;
  /** The journal of the run before this one, as that run or its recovery left it. */
  readonly last?: Journal | undefined;
  /** CircleCI's workflows that the runs before this one belonged to. */
  readonly workflows?: readonly string[];
}

/** What is known so far; grows from phase to phase and outlives a failure. */
export interface Progress {
  before?: Preflight;
  /** Those of the first half. */
  earlierRequests?: Journal['requests'];
  journal?: JournalKeeper;
  window?: Window;
  /** Milliseconds since the epoch. */
  windowOpenedAt?: number;
  windowClosedAt?: number;
  /** The app as it was read once the window was closed. */
  closed?: Closed['state'];
  /** What was shipped, once it has been judged. */
  released?: Released;
  migration?: Migration;
  /** The migration has begun, or the deployment is done: a signal takes nothing back any more. */
  noWayBack?: true;
  /** Caches that were flushed, each with how; absent before the phase. */
  caches?: readonly string[];
  /** What was not flushed, for when all else is done. */
  unflushed?: HerokuCdError;
  /** Process types that could not be brought back. */
  notBack: readonly string[];
  database: DatabaseOutcome;
}

/** What shipping hands on: the release to judge. */
export interface Shipped {
  /** Undefined where only its slug or commit is known yet. */
  readonly release: Release | undefined;
  readonly slugId: string | undefined;
  readonly buildId: string | undefined;
  /** What the build came to; absent where that is not known yet. */
  readonly releaseId?: string | undefined;
}
