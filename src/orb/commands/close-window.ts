import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';
import { restoreJournal, saveJournalAtEnd } from './journal-cache.ts';

/** The second half of a window for work by hand. */
export function closeWindowCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'close-window',
      helper: 'window close',
      description:
        'Close the window that `open-window` has opened: dynos are restarted, so that they see the new schema, processes come back exactly as they were found, and the page comes off last, onto web dynos that are up. What somebody changed meanwhile is left and reported, and a page that was on before stays on. Without the journal that `open-window` has cached, `formation` says how the process types were.',
      step: 'Close the window',
    },
    context,
    { before: restoreJournal(context), after: saveJournalAtEnd('ended') },
  );
}
