import { OP } from '../../support/scripted-memcached.ts';
import { FLUSHES, TURNS_BACK } from './after-the-window-scenarios.ts';
import { BACKS_UP, RESTORES } from './database-scenarios.ts';
import { AFTER_THE_WINDOW, BACKUPS, HOLD_RULE, READ_BACKS, STRAY, UNDOS, type Mutant } from './mutants.ts';
import { DEPLOYS, HOLDS, RELEASE_PHASE_FAILS } from './scenarios.ts';
import type { Trial } from './slot.ts';

/** A safeguard that is taken away, and what brings it to light. */
export interface MutantTrial {
  readonly mutant: Mutant;
  readonly trial: Trial;
  /** Exit codes of the helper with the safeguard. */
  readonly expected: readonly number[];
  /** What of the helper without it must be told among other things; anything at all if missing. */
  readonly named?: string;
}

const refusedPush: Trial = {
  scenario: DEPLOYS,
  faults: [{ match: { surface: 'git', method: 'POST', nth: 1 }, effect: { kind: 'status', status: 403 } }],
};
/** The push has succeeded, and its release cannot be looked at. */
const unreadableRelease: Trial = {
  scenario: DEPLOYS,
  faults: [
    {
      match: { surface: 'api', method: 'GET', path: '^/apps/[^/]+/releases/[^/?]+$', nth: 1 },
      effect: { kind: 'status', status: 403 },
    },
  ],
};
/** A short deadline, because an app that does not become as it was told to is waited for until then. */
const IMPATIENT = { ...DEPLOYS, settings: { ...DEPLOYS.settings, deadline: '15m' } };
const pageComesBack: Trial = {
  scenario: IMPATIENT,
  interferences: [
    {
      after: { method: 'PATCH', template: '/apps/:app', nth: 2 },
      action: { action: 'maintenance', enabled: true },
    },
  ],
};
const workersGoAgain: Trial = {
  scenario: IMPATIENT,
  interferences: [
    {
      after: { method: 'PATCH', template: '/apps/:app/formation', nth: 2 },
      action: { action: 'scale', formation: { worker: 0 } },
    },
  ],
};
/** Longer than all that comes between their stop and the migration. */
const slowWorkers: Trial = {
  scenario: { ...DEPLOYS, settings: { ...DEPLOYS.settings, deadline: '1h', 'scale-timeout': '15m' } },
  app: { stopDelayMs: 5_000 },
};
const slowWeb: Trial = { scenario: DEPLOYS, app: { startDelayMs: 1_200 } };
const strangersRelease: Trial = {
  scenario: DEPLOYS,
  interferences: [
    {
      after: { method: 'POST', template: '/apps/:app/dynos', nth: 1 },
      action: { action: 'rollback', release: 'v3' },
    },
  ],
};

const failingBackup: Trial = { scenario: BACKS_UP, app: { backupResult: 'fail' } };
const endlessBackup: Trial = { scenario: BACKS_UP, app: { backupResult: 'stay-running' } };
const failingRestore: Trial = { scenario: RESTORES, app: { restoreResult: 'fail' } };

/** It says that it is flushed, and is not. */
const lyingCache: Trial = { scenario: FLUSHES, cacheFaults: [{ operation: OP.flush, nth: 1, act: 0 }] };
/** It says that it is not flushed; the probe is gone, because it needed the room. */
const fullCache: Trial = {
  scenario: FLUSHES,
  cacheFaults: [{ operation: OP.flush, nth: 1, act: 0x86, evicts: /probe/ }],
};
/** Every other answer of the app is one of the router's. */
const unsteady: Trial = {
  scenario: { ...FLUSHES, settings: { ...FLUSHES.settings, 'health-timeout': '30s' } },
  faults: [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23].map((nth) => ({
    match: { surface: 'router' as const, nth: nth + 1 },
    effect: { kind: 'status' as const, status: 503 },
  })),
};
const failingReturn: Trial = { scenario: { ...TURNS_BACK, returnFails: true } };

const [probe, flushStatus, row, steady, judged] = AFTER_THE_WINDOW as [
  Mutant,
  Mutant,
  Mutant,
  Mutant,
  Mutant,
];
const [undoPage, undoProcesses, undoShipping, undoBackup] = UNDOS as [Mutant, Mutant, Mutant, Mutant];
const [backup, restore, safety] = BACKUPS as [Mutant, Mutant, Mutant];
const [page, formation, stopped, status, current, web, exitStatus] = READ_BACKS as [
  Mutant,
  Mutant,
  Mutant,
  Mutant,
  Mutant,
  Mutant,
  Mutant,
];

export const TRIALS: readonly MutantTrial[] = [
  { mutant: undoPage, trial: refusedPush, expected: [1] },
  { mutant: undoProcesses, trial: refusedPush, expected: [1] },
  { mutant: undoShipping, trial: unreadableRelease, expected: [1] },
  // Whether there is time for a second try to close the window, the machine decides.
  { mutant: page, trial: pageComesBack, expected: [3, 5] },
  { mutant: formation, trial: workersGoAgain, expected: [5] },
  { mutant: stopped, trial: slowWorkers, expected: [0] },
  { mutant: status, trial: { scenario: RELEASE_PHASE_FAILS }, expected: [3] },
  { mutant: current, trial: strangersRelease, expected: [3] },
  { mutant: web, trial: slowWeb, expected: [0] },
  { mutant: exitStatus, trial: { scenario: HOLDS }, expected: [3] },
  { mutant: undoBackup, trial: endlessBackup, expected: [1] },
  { mutant: backup, trial: failingBackup, expected: [1] },
  { mutant: restore, trial: failingRestore, expected: [3] },
  { mutant: safety, trial: { scenario: RESTORES }, expected: [1] },
  { mutant: probe, trial: lyingCache, expected: [5] },
  { mutant: flushStatus, trial: fullCache, expected: [5] },
  { mutant: row, trial: unsteady, expected: [5] },
  { mutant: steady, trial: unsteady, expected: [5] },
  { mutant: judged, trial: failingReturn, expected: [5] },
  { mutant: HOLD_RULE, trial: { scenario: HOLDS }, expected: [3] },
  { mutant: STRAY, trial: { scenario: DEPLOYS }, expected: [0], named: 'not awaited: a stray' },
];
