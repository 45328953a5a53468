import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { windowedCommand } from './windowed-command.ts';

/** The first half of a window for work by hand. */
export function openWindowCommand(context: OrbContext): OrbElement {
  return windowedCommand(
    {
      name: 'open-window',
      helper: 'window open',
      description:
        'Open a maintenance window on a Heroku app and leave it open, for a migration performed by hand: the page goes on, the processes stop, and running one-off dynos are waited for. Follow it with an `approval` job and `close-window`. A deployment that runs in between works inside the window and leaves it open. When opening fails or is interrupted, everything is put back.',
      step: 'Open the window',
    },
    context,
  );
}
