import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';

/** Switches the maintenance page on, and nothing else. */
export function maintenanceOnCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'maintenance-on',
      helper: 'maintenance on',
      description:
        'Switch the maintenance page of a Heroku app on, and read back that it is. A single act: no process is stopped, and nothing switches the page off again when the job fails. For a migration take `maintenance-wrapped-migrate` or `open-window`.',
      step: 'Switch the maintenance page on',
    },
    context,
  );
}
