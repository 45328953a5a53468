import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';
import { restoreJournal, saveJournalAtEnd } from './journal-cache.ts';

/** Puts back what a cancelled or lost run has left. */
export function recoverCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'recover',
      helper: 'recover',
      description:
        'Put back what a cancelled or lost run has left: the maintenance page, the stopped processes, and a build or release that it had begun. Safe at any time and any number of times: a field that somebody changed since is left alone, and a window that is held on purpose stays closed unless `release-hold` says otherwise.',
      step: 'Recover the app',
    },
    context,
    { before: restoreJournal(context), after: saveJournalAtEnd('recovered') },
  );
}
