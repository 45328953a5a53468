import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { TEST_JOB } from './test-job.ts';
import { importOf, ours, recoverAfter } from './usage.ts';

/** A migration that takes the database back with it when it fails. */
export function restoreAfterAFailedMigration(context: OrbContext): OrbElement {
  return example(
    'restore-after-a-failed-migration',
    'Back up the database behind the maintenance page, migrate, and when the migration fails bring back the database and the code from before. Everything is stopped for that, web dynos too, so `stop-web` is needed; a backup of the broken state is kept. When one step of the restore fails, the page stays up and both backups are named.',
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
            'on-migration-failure': 'restore',
            'stop-web': true,
          },
        },
        recoverAfter('deploy', 'main'),
      ],
    }),
  );
}
