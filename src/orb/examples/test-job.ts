import { checkout, run, type UsageJob } from '../sdk/index.ts';

/** What stands for the reader's own tests. */
export const TEST_JOB: UsageJob = {
  name: 'test',
  image: 'cimg/node:lts',
  steps: [checkout(), run({ name: 'Test', command: 'npm ci && npm test' })],
};
