import type { PhaseName, PhaseRecord } from '../../../../src/helper/deployment/phases.ts';
import type { Result } from '../../../../src/helper/deployment/result.ts';

const START = Date.parse('2026-11-23T10:30:00.000Z');
const BEFORE = '4b1f3a09c2d7e8f6a5b4c3d2e1f0a9b8c7d6e5f4';
const AFTER = '9e8d7c6b5a49382716051423324150617283940a';

const time = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

/** Phases one after the other, from pairs of a name and its seconds; the window is open from 10 s to `closed`. */
function phasesOf(closed: number, all: readonly (readonly [PhaseName, number])[]): readonly PhaseRecord[] {
  let at = 0;
  return all.map(([name, seconds]) => {
    const from = at;
    at += seconds;
    const windowMs = Math.max(0, Math.min(at, closed) - Math.max(from, 10)) * 1000;
    return { name, startedAt: time(from), durationMs: seconds * 1000, outcome: 'succeeded', windowMs };
  });
}

/** A migration in a window that succeeded. */
export const SUCCEEDED: Result = {
  schemaVersion: 1,
  verdict: 'succeeded',
  exitCode: 0,
  app: 'acme-shop',
  revision: AFTER,
  releaseBefore: { version: 41, commit: BEFORE },
  releaseAfter: { version: 42, commit: AFTER },
  maintenance: {
    before: false,
    after: false,
    windowSeconds: 72,
    windowOpenedAt: time(10),
    windowClosedAt: time(82),
  },
  formation: {
    before: [
      { type: 'web', quantity: 2, size: 'Standard-2X' },
      { type: 'worker', quantity: 3, size: 'Standard-1X' },
    ],
    after: [
      { type: 'web', quantity: 2, size: 'Standard-2X' },
      { type: 'worker', quantity: 3, size: 'Standard-1X' },
    ],
  },
  database: 'migrated',
  backups: ['b017'],
  recoveryPoint: null,
  sharedDatabase: ['acme-reports'],
  migration: { command: 'bundle exec rake db:migrate', exitStatus: 0 },
  caches: [],
  phases: phasesOf(82, [
    ['preflight', 6.2],
    ['snapshot', 0.4],
    ['open window', 9],
    ['backup', 17],
    ['ship', 24],
    ['release', 3],
    ['migrate', 12],
    ['restart', 1.4],
    ['close window', 9],
    ['health', 4],
    ['report', 0.8],
  ]),
  requests: { total: 63, byMethod: { GET: 55, PATCH: 5, POST: 3 }, git: 2 },
  error: null,
  stateNow: [],
};

/** A migration that failed and holds the window. */
export const HELD: Result = {
  ...SUCCEEDED,
  verdict: 'held',
  exitCode: 3,
  releaseAfter: { version: 42, commit: AFTER },
  maintenance: {
    before: false,
    after: true,
    windowSeconds: null,
    windowOpenedAt: time(10),
    windowClosedAt: null,
  },
  formation: {
    before: SUCCEEDED.formation.before,
    after: [
      { type: 'web', quantity: 2, size: 'Standard-2X' },
      { type: 'worker', quantity: 0, size: 'Standard-1X' },
    ],
  },
  database: 'unknown',
  migration: { command: 'bundle exec rake db:migrate', exitStatus: 1 },
  phases: [
    ...phasesOf(300, [
      ['preflight', 6.2],
      ['snapshot', 0.4],
      ['open window', 9],
      ['backup', 17],
      ['ship', 24],
      ['release', 3],
      ['migrate', 12],
    ]).map((one) => (one.name === 'migrate' ? { ...one, outcome: 'failed' as const } : one)),
    { name: 'report', startedAt: time(72), durationMs: 900, outcome: 'succeeded', windowMs: 900 },
  ],
  error: {
    phase: 'migrate',
    what: 'The migration `bundle exec rake db:migrate` of acme-shop ended with exit status 1.',
    why: 'The schema may be half applied: neither the old code nor the new can be trusted with it.',
    next: 'mend the cause and push, or run the job again: either continues this window; or open the app as it is: heroku-cd recover --app-name acme-shop --release-hold',
  },
  stateNow: [
    'State now:',
    '  maintenance on',
    '  process     web: 2 x Standard-2X',
    '  process     worker: 0 x Standard-1X',
    '  release     v42 (9e8d7c6b), succeeded',
    '  database    unknown',
    '  backups     b017 (before the migration)',
    '  next        mend the cause and push, or run the job again: either continues this window; or open the app as it is: heroku-cd recover --app-name acme-shop --release-hold',
  ],
};

/** In two halves, the second one a minute after the first; it was not healthy, and the code from before serves again. */
export const IN_HALVES: Result = {
  ...SUCCEEDED,
  verdict: 'failed',
  exitCode: 1,
  maintenance: {
    before: false,
    after: false,
    windowSeconds: null,
    windowOpenedAt: null,
    windowClosedAt: null,
  },
  phases: [
    ...phasesOf(0, [
      ['preflight', 6],
      ['build', 30],
      ['snapshot', 1],
    ]).map((one) => ({ ...one, firstHalf: true as const })),
    ...phasesOf(0, [
      ['preflight', 2],
      ['snapshot', 1],
      ['ship', 3],
      ['release', 3],
      ['flush caches', 4],
      ['health', 20],
      ['rollback', 8],
      ['flush caches', 5],
      ['health', 6],
      ['report', 1],
    ]).map((one) => ({
      ...one,
      startedAt: new Date(Date.parse(one.startedAt) + 97_000).toISOString(),
      outcome: one.durationMs === 20_000 || one.durationMs === 5_000 ? ('failed' as const) : one.outcome,
    })),
  ],
  error: { phase: 'health', what: 'acme-shop did not become healthy.', why: null, next: null },
};

/** Refused before anything was touched: hardly anything is known. */
export const REFUSED: Result = {
  ...SUCCEEDED,
  verdict: 'refused',
  exitCode: 2,
  revision: 'no-such-branch',
  releaseBefore: null,
  releaseAfter: null,
  maintenance: {
    before: null,
    after: null,
    windowSeconds: null,
    windowOpenedAt: null,
    windowClosedAt: null,
  },
  formation: { before: null, after: null },
  database: 'untouched',
  backups: [],
  sharedDatabase: [],
  migration: null,
  phases: [
    { name: 'preflight', startedAt: time(0), durationMs: 812, outcome: 'failed', windowMs: 0 },
    { name: 'report', startedAt: time(0.812), durationMs: 1, outcome: 'succeeded', windowMs: 0 },
  ],
  requests: { total: 3, byMethod: { GET: 3 }, git: 0 },
  error: {
    phase: 'preflight',
    what: 'revision: there is no commit `no-such-branch` in this clone.',
    why: null,
    next: 'Give `revision` a commit, a tag or a branch.',
  },
};

/** Everything that could run in a browser, hide text or turn it around, were it not escaped and cleaned. */
export const HOSTILE =
  '</pre></style></title><script>alert(1)</script><img src=x onerror=alert(2)>"\' &amp; ]]> --> \u0000\u001b[31m\u202egnp\u2066\u0085\ud800\uffff';
