import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';
import { restoreJournal, saveJournalAtEnd } from './journal-cache.ts';

/** Goes back to an earlier release. */
export function rollbackCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'rollback',
      helper: 'rollback',
      description:
        'Go back to the previous good release of a Heroku app or to a named one, and succeed only once the new release is current and its web dynos are up. The names of the config vars that Heroku’s rollback brings back are listed; `keep-config` keeps those of today. Across a migration it is refused unless `migration-is-backward-compatible` says that the old code runs on the new schema.',
      step: 'Roll the app back',
    },
    context,
    { before: restoreJournal(context), after: saveJournalAtEnd('ended') },
  );
}
