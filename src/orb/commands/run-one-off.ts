import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { helperCommand } from './helper-command.ts';

/** Runs a command in a one-off dyno, and nothing else. */
export function runOneOffCommand(context: OrbContext): OrbElement {
  return helperCommand(
    {
      name: 'run-one-off',
      helper: 'run',
      description:
        'Run a command in a one-off dyno of a Heroku app, with its output in the log of the job, and fail when it ends with anything but 0. A job that is interrupted stops the dyno.',
      step: 'Run a one-off dyno',
    },
    context,
  );
}
