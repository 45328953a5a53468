import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { TEST_JOB } from './test-job.ts';
import { importOf, ours } from './usage.ts';

/** The release phase migrates, preboot hands over, and nobody sees a page. */
export function migrateWithoutAWindow(context: OrbContext): OrbElement {
  return example(
    'migrate-without-a-window',
    'Deploy and migrate without a maintenance page and without losing a request, for migrations that the code from before can live with. The Procfile has a line such as "release: bundle exec rake db:migrate", and preboot is on (heroku features:enable preboot): Heroku migrates before the new code serves, and a release phase that fails leaves the code from before serving. The deployment is green only once that release has succeeded and is current.',
    usage({
      ...importOf(context),
      jobs: [TEST_JOB],
      workflow: 'test-and-deploy',
      entries: [
        { job: 'test' },
        {
          job: ours('deploy'),
          requires: ['test'],
          context: 'heroku-production',
          serialGroup: 'heroku/acme-shop',
          filter: 'pipeline.git.branch == "main"',
          arguments: { 'app-name': 'acme-shop', maintenance: 'never' },
        },
      ],
    }),
  );
}
