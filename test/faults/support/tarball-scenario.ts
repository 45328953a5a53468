import { DEPLOYS, LIMITS, type Scenario, SORTS } from './scenarios.ts';

const ALL = process.env['FAULTS'] === 'all';

/** The commit is shipped as a tarball through the Builds API, in a window. */
export const SHIPS_A_TARBALL: Scenario = {
  ...DEPLOYS,
  name: 'ships a tarball',
  fewPolls: true,
  settings: { ...LIMITS, transport: 'build' },
  wants: ({ method, phase, surface }, { kind }) =>
    phase === 'ship' && (ALL || method !== 'GET' || surface === 'stream' || SORTS.includes(kind)),
  thinned: `requests that have nothing to do with the build, polls from the second after each change on${ALL ? '' : `, and faults other than ${SORTS.join(', ')} at reads of the API`}`,
};
