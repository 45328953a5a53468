import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { windowedCommand } from './windowed-command.ts';

/** Deploys one commit, in a job of the user's own. */
export function deployCommand(context: OrbContext): OrbElement {
  return windowedCommand(
    {
      name: 'deploy',
      helper: 'deploy',
      description:
        'Deploy one exact commit to a Heroku app, and succeed only once Heroku itself says that the release of this commit is current. With `migrate-command` the app goes through a maintenance window for the migration. Everything that can be refused is refused before anything is touched. The job needs Node.js 20 or newer, git, and a checkout with `method: full`.',
      step: 'Deploy to Heroku',
    },
    context,
  );
}
