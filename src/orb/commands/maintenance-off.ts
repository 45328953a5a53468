import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';

/** Switches the maintenance page off, and nothing else. */
export function maintenanceOffCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'maintenance-off',
      helper: 'maintenance off',
      description:
        'Switch the maintenance page of a Heroku app off, and read back that it is. A single act: it brings no process back; `close-window` and `recover` do.',
      step: 'Switch the maintenance page off',
    },
    context,
  );
}
