import { DEPLOYS, LIMITS, type Scenario, SORTS } from './scenarios.ts';

const ALL = process.env['FAULTS'] === 'all';
const AFTER = ['flush caches', 'close window', 'health', 'report'];
/** Slower than usual: what answers here gets seconds of the helper's time, which must be more than moments. */
const LAPSE = 20;
const HEALTH = { 'health-check-url': '/', 'health-check-successes': '3' };

const isTried = (surface: string, method: string, kind: string): boolean =>
  ALL || surface === 'cache' || method !== 'GET' || SORTS.includes(kind);

/** Migrates, flushes the cache behind the page, and asks the app how it is. */
export const FLUSHES: Scenario = {
  ...DEPLOYS,
  name: 'flushes',
  cached: true,
  lapse: LAPSE,
  fewPolls: true,
  settings: { ...LIMITS, ...HEALTH, 'flush-cache': 'true', 'health-timeout': '3m' },
  wants: ({ surface, method, template, phase }, { kind }) =>
    surface === 'cache' ||
    surface === 'router' ||
    ((AFTER.includes(phase) || template.endsWith('/config-vars')) && isTried(surface, method, kind)),
  thinned: `requests before the flush that are not the cache's${ALL ? '' : `, and faults other than ${SORTS.join(', ')} at reads of the API`}`,
};

/** What is deployed answers 500, so that the code from before is released again. */
export const TURNS_BACK: Scenario = {
  ...DEPLOYS,
  name: 'turns back',
  unhealthy: true,
  lapse: LAPSE,
  fewPolls: true,
  settings: {
    ...LIMITS,
    ...HEALTH,
    'migrate-command': '',
    maintenance: 'always',
    'on-unhealthy': 'rollback',
    'health-timeout': '20s',
  },
  exitCode: 1,
  wants: ({ surface, method, phase }, { kind }) =>
    ['health', 'report'].includes(phase) && isTried(surface, method, kind),
  thinned: `requests before the health check${ALL ? '' : `, and faults other than ${SORTS.join(', ')} at reads of the API and of the app`}`,
};
