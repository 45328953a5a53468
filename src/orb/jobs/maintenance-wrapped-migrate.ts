import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { deployingJob } from './deploying-job.ts';

/** Checks out, and takes the app through the whole recipe around a migration. */
export function maintenanceWrappedMigrateJob(context: OrbContext): OrbElement {
  return deployingJob(
    {
      name: 'maintenance-wrapped-migrate',
      helper: 'migrate',
      description:
        'Check out, and take a Heroku app through a maintenance window: page on, processes down, deploy, migrate, processes back as they were, page off. Give the job a `context`, a `serial-group` and a filter, and let a `recover` job follow it for the case that it is cancelled.',
    },
    context,
  );
}
