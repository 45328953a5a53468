import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { deployingJob } from './deploying-job.ts';

/** Checks out and deploys one commit: what most pipelines need. */
export function deployJob(context: OrbContext): OrbElement {
  return deployingJob(
    {
      name: 'deploy',
      helper: 'deploy',
      description:
        'Check out and deploy one exact commit to a Heroku app, through a maintenance window where `migrate-command` asks for one. Give the job a `context` that holds the API key, a `serial-group` so that only one deployment of the app runs at a time, and a filter for the branch that is deployed.',
    },
    context,
  );
}
