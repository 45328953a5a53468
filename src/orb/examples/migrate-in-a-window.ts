import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { TEST_JOB } from './test-job.ts';
import { importOf, ours, recoverAfter } from './usage.ts';

/** The whole recipe, and the job that puts things back when somebody presses cancel. */
export function migrateInAWindow(context: OrbContext): OrbElement {
  return example(
    'migrate-in-a-window',
    'Deploy and migrate behind the maintenance page: page on, workers down, deploy, migrate, workers back exactly as they were, page off. A failed migration keeps the page up. The recover job puts the app back when the deployment is cancelled or its machine is lost; switch auto-cancel redundant workflows off where you deploy from another branch than the default one, because it would cancel that job too.',
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
          arguments: { 'app-name': 'acme-shop', 'migrate-command': 'bundle exec rake db:migrate' },
        },
        recoverAfter('deploy', 'main'),
      ],
    }),
  );
}
