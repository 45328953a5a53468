import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';

/** Takes a backup, and nothing else. */
export function backupDatabaseCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'backup-database',
      helper: 'backup capture',
      description:
        'Take a backup of the Heroku Postgres database behind `DATABASE_URL`, and succeed only once Heroku says that it is finished and has succeeded. A job that is interrupted, or waits longer than `backup-timeout`, cancels it.',
      step: 'Back up the database',
    },
    context,
  );
}
