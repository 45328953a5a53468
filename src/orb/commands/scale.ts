import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';

/** Sets process types to quantities and sizes, and nothing else. */
export function scaleCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'scale',
      helper: 'scale',
      description:
        'Set process types of a Heroku app to quantities and sizes, and wait until the dynos are as asked. Unknown types and sizes are refused before anything is touched; when the dynos do not come up in time, what was there before is put back.',
      step: 'Scale the app',
    },
    context,
  );
}
