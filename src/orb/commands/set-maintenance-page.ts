import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';
import { restoreJournal } from './journal-cache.ts';

/** Sets the pages that Heroku shows in place of the app. */
export function setMaintenancePageCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'set-maintenance-page',
      helper: 'maintenance-page set',
      description:
        'Show pages of your own in place of Heroku’s maintenance page and error page, once it is certain that browsers can show them there: https, status 200, framing allowed, nothing relative in them. Does nothing where they are set already; else it makes a release, which restarts every dyno, so it is refused while a window is open.',
      step: 'Set the maintenance page',
    },
    context,
    { before: restoreJournal(context) },
  );
}
