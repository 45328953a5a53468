import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { windowedCommand } from './windowed-command.ts';

/** The whole recipe around a migration, in a job of the user's own. */
export function maintenanceWrappedMigrateCommand(context: OrbContext): OrbElement {
  return windowedCommand(
    {
      name: 'maintenance-wrapped-migrate',
      helper: 'migrate',
      description:
        'Take a Heroku app through a maintenance window: the page goes on, the processes stop, the commit is deployed and the migration runs, the processes come back exactly as they were, and the page comes off. Whatever fails before the migration is put back; a failed migration keeps the page up, or releases the code from before, as you choose. With `push: false` what is deployed already is migrated.',
      step: 'Deploy and migrate behind the maintenance page',
    },
    context,
  );
}
