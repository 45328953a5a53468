import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { TEST_JOB } from './test-job.ts';
import { importOf, ours } from './usage.ts';

/** Two branches, two apps, two keys, and a person before the second. */
export function stagingAndProduction(context: OrbContext): OrbElement {
  return example(
    'staging-and-production',
    'Deploy the branch main to the staging app, and the branch production to the production app once somebody has approved. Each app has a context of its own, so a job for staging never sees the key of production; deploy-user refuses a key that belongs to anybody else.',
    usage({
      ...importOf(context),
      jobs: [TEST_JOB],
      workflow: 'test-and-deploy',
      entries: [
        { job: 'test' },
        {
          job: ours('deploy'),
          name: 'deploy-staging',
          requires: ['test'],
          context: 'heroku-staging',
          serialGroup: 'heroku/acme-shop-staging',
          filter: 'pipeline.git.branch == "main"',
          arguments: { 'app-name': 'acme-shop-staging' },
        },
        {
          job: 'approve-production',
          approval: true,
          requires: ['test'],
          filter: 'pipeline.git.branch == "production"',
        },
        {
          job: ours('deploy'),
          name: 'deploy-production',
          requires: ['approve-production'],
          context: 'heroku-production',
          serialGroup: 'heroku/acme-shop',
          filter: 'pipeline.git.branch == "production"',
          arguments: { 'app-name': 'acme-shop', 'deploy-user': 'deploy@example.com' },
        },
      ],
    }),
  );
}
