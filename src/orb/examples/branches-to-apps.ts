import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { TEST_JOB } from './test-job.ts';
import { importOf, ours } from './usage.ts';

const DEPLOYMENTS = 'main: acme-shop-staging\n/release-.*/: acme-shop-next\nproduction: acme-shop\n';

/** One job for all branches, each with an app of its own. */
export function branchesToApps(context: OrbContext): OrbElement {
  return example(
    'branches-to-apps',
    'One deploying job for all branches: deployments says which branch goes to which app, the first line that matches wins, and on any other branch the job is green and does nothing. An expression between slashes has to match the whole name.',
    usage({
      ...importOf(context),
      jobs: [TEST_JOB],
      workflow: 'test-and-deploy',
      entries: [
        { job: 'test' },
        {
          job: ours('deploy'),
          name: 'deploy',
          requires: ['test'],
          context: 'heroku',
          serialGroup: 'heroku/acme-shop/<< pipeline.git.branch >>',
          arguments: { deployments: DEPLOYMENTS },
        },
      ],
    }),
  );
}
