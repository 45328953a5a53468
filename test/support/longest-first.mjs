import Sequencer from '@jest/test-sequencer';

/** Folders whose tests wait for whole deployments, the longest first. */
const LONG = ['/test/faults/', '/test/e2e/', '/test/kills/', '/test/scripts/'];

/**
 * Begins with the tests that take long: one of them at the end would leave all other processors idle. Jest knows
 * durations from its cache alone, which a clean clone does not have.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const found = LONG.findIndex((folder) => path.includes(folder));
      return found === -1 ? LONG.length : found;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
