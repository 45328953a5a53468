import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';
import { restoreJournal, saveJournalAtEnd } from './journal-cache.ts';

/** Puts a named backup in the place of the database. */
export function restoreDatabaseCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'restore-database',
      helper: 'backup restore',
      description:
        'Put a named backup in the place of everything that is in the app’s Heroku Postgres database. The page goes on and every process stops, web dynos too; a backup of what is there is taken first; then the database is emptied and restored, the processes come back, and the page comes off. A window that a failed migration holds stays closed. Until the database is touched, every failure is put back; from then on one keeps the page up, with both backups named.',
      step: 'Restore the database',
    },
    context,
    { before: restoreJournal(context), after: saveJournalAtEnd('ended') },
  );
}
