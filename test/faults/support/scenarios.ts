import { OUTAGE, type PlacedFault } from './fault-kinds.ts';
import type { Place } from './requests.ts';

/** A deployment, and which faults it is tried with. */
export interface Scenario {
  readonly name: string;
  readonly migration: 'succeeds' | 'fails';
  /** Parameters beside the app, the commit and the migration. */
  readonly settings: Readonly<Record<string, string>>;
  /** The migration is the release phase of what is deployed. */
  readonly releasePhase?: true;
  /** The app's database is an add-on, whose backups and restores are real. */
  readonly addOn?: true;
  /** What is deployed answers every request with 500. */
  readonly unhealthy?: true;
  /** The code from before has a release phase, which fails from now on. */
  readonly returnFails?: true;
  /** The app has a cache. */
  readonly cached?: true;
  /** How much faster than the clock the helper's waits pass, where that is not {@link LAPSE}. */
  readonly lapse?: number;
  /** Another app builds for this one. */
  readonly buildApp?: true;
  /** Of polls only the first after each change is tried. */
  readonly fewPolls?: true;
  /** What it comes to without a fault. */
  readonly exitCode: number;
  /** Whether this fault at this place is tried. */
  wants(place: Place, fault: PlacedFault): boolean;
  /** What is left out, for the summary. */
  readonly thinned: string;
}

/** How much faster than the clock the helper's waits pass; `FAULT_LAPSE=30`, where the machine has other work. */
export const LAPSE = Number(process.env['FAULT_LAPSE'] ?? 60);
/** By how much everything takes longer than it usually does. */
export const SLOWER = 60 / LAPSE;
/** Minutes that a whole run may take: its parameter `deadline`. The helper's waits pass faster than the clock. */
export const DEADLINE_MINUTES = 45;
export const LIMITS = { 'build-timeout': '5m', deadline: `${DEADLINE_MINUTES}m` };

const ALL = process.env['FAULTS'] === 'all';

const AFTER_FAILURE = ['migrate', 'restart', 'close window', 'report'];
/** One of each sort: no effect, an effect that is not told of, for good; and with `FAULTS=all` for minutes, and refused once. */
export const SORTS = ['503-html', 'reset-after', 'permission-lost', ...(ALL ? [OUTAGE, '403-once'] : [])];

export const DEPLOYS: Scenario = {
  name: 'deploys',
  migration: 'succeeds',
  settings: LIMITS,
  exitCode: 0,
  wants: ({ method, phase, nth }, { kind }) =>
    (kind !== OUTAGE || method !== 'GET' || ['restart', 'close window'].includes(phase)) &&
    (ALL || method !== 'GET' || nth === 1 || !['500', '429'].includes(kind)),
  thinned: `${ALL ? '' : '500 and 429 without Retry-After at a GET that was asked before; '}polls like one before, from the third of a phase on; resets after the effect of a GET, which has none; ${OUTAGE} at a GET before the restart`,
};

export const HOLDS: Scenario = {
  name: 'holds',
  ...(ALL ? {} : { fewPolls: true }),
  migration: 'fails',
  settings: LIMITS,
  exitCode: 3,
  wants: (place, { kind }) => AFTER_FAILURE.includes(place.phase) && SORTS.includes(kind),
  thinned: `requests before the migration, and faults other than ${SORTS.join(', ')}`,
};

export const ROLLS_BACK: Scenario = {
  ...HOLDS,
  name: 'rolls back',
  settings: { ...LIMITS, 'on-migration-failure': 'rollback' },
  exitCode: 5,
};

/** The release phase migrates, and fails. */
export const RELEASE_PHASE_FAILS: Scenario = {
  ...HOLDS,
  name: 'has a failing release phase',
  releasePhase: true,
  settings: { ...LIMITS, maintenance: 'always', 'migrate-command': '' },
};
