import { DEPLOYS, HOLDS, LIMITS, type Scenario, SORTS } from './scenarios.ts';

const ALL = process.env['FAULTS'] === 'all';
const BACKUP = { 'backup-timeout': '5m', backup: 'always' };
const THINNED = `polls from the second after each change on${ALL ? '' : `, and faults other than ${SORTS.join(', ')}`}`;
const isTried = (kind: string): boolean => ALL || SORTS.includes(kind);

/** A proven backup comes before the migration. */
export const BACKS_UP: Scenario = {
  ...DEPLOYS,
  name: 'backs up',
  addOn: true,
  fewPolls: true,
  settings: { ...LIMITS, ...BACKUP },
  wants: ({ surface, template, phase }, { kind }) =>
    (surface === 'data' || phase === 'backup' || template.endsWith('/addon-attachments')) &&
    isTried(kind) &&
    (ALL || surface === 'data' || kind !== 'permission-lost'),
  thinned: `requests that have nothing to do with the backup, ${ALL ? '' : 'permissions lost at requests of the API, '}${THINNED}`,
};

/** The migration fails half way, and its database is restored. */
export const RESTORES: Scenario = {
  ...HOLDS,
  name: 'restores',
  addOn: true,
  fewPolls: true,
  settings: { ...LIMITS, ...BACKUP, 'on-migration-failure': 'restore', 'stop-web': 'true' },
  exitCode: 1,
  wants: ({ surface, method, template, afterMigration }, { kind }) =>
    afterMigration &&
    isTried(kind) &&
    (ALL || surface === 'data' || (method !== 'GET' && !template.endsWith('/log-sessions'))),
  thinned: `requests before the migration's end, ${ALL ? '' : 'reads of the API, log sessions, '}${THINNED}`,
};

const BUILD_PHASES = ['build', 'ship', 'release'];

/** Another app builds; the window holds the release of its slug alone. */
export const BUILDS_ELSEWHERE: Scenario = {
  ...DEPLOYS,
  name: 'builds elsewhere',
  buildApp: true,
  fewPolls: true,
  wants: ({ method, template, phase }, { kind }) =>
    (template.includes('/build-of-') || BUILD_PHASES.includes(phase)) &&
    isTried(kind) &&
    (ALL || method !== 'GET' || (phase === 'build' && kind === '503-html')),
  thinned: `requests that have nothing to do with the build and its slug, ${ALL ? '' : 'reads elsewhere than in the build, '}${THINNED}`,
};
