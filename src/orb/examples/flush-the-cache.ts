import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { TEST_JOB } from './test-job.ts';
import { importOf, ours, recoverAfter } from './usage.ts';

/** The cache as a phase of the deployment, where nobody fills it with what the new code does not know. */
export function flushTheCache(context: OrbContext): OrbElement {
  return example(
    'flush-the-cache',
    'Flush MemCachier behind the maintenance page, after the migration and before anybody is served: every server has to prove it. The second job does the same by itself, on the app of a nightly import, and clears a Redis cache in a one-off dyno as well.',
    usage({
      ...importOf(context),
      jobs: [TEST_JOB],
      workflow: 'test-and-deploy',
      entries: [
        { job: 'test' },
        {
          job: ours('maintenance-wrapped-migrate'),
          name: 'deploy',
          requires: ['test'],
          context: 'heroku-production',
          serialGroup: 'heroku/acme-shop',
          filter: 'pipeline.git.branch == "main"',
          arguments: {
            'app-name': 'acme-shop',
            'migrate-command': 'bundle exec rake db:migrate',
            'flush-cache': true,
          },
        },
        recoverAfter('deploy', 'main'),
        {
          job: ours('flush-cache'),
          requires: ['test'],
          context: 'heroku-production',
          serialGroup: 'heroku/acme-import',
          filter: 'pipeline.git.branch == "nightly-import"',
          arguments: { 'app-name': 'acme-import', 'flush-command': 'rails runner Rails.cache.clear' },
        },
      ],
    }),
  );
}
