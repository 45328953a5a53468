import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';

/** Looks for everything that would make a deployment fail, and changes nothing. */
export function doctorCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'doctor',
      helper: 'doctor',
      description:
        'Check the API key, the account it belongs to, the access to the app and the clone, and print one table of findings with a remedy for each. It changes nothing, at Heroku or in the job.',
      step: 'Check the way to Heroku',
    },
    context,
  );
}
