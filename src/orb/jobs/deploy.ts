import { helperCommandParameters } from '../commands/helper-command.ts';
import type { OrbContext } from '../context.ts';
import { passThrough } from '../parameters/from-definitions.ts';
import { EXECUTOR, INSTALL, POST_DEPLOY, PRE_DEPLOY, RESOURCE_CLASS } from '../parameters/orb-only.ts';
import {
  checkoutFull,
  invoke,
  job,
  parameterReference,
  spliceSteps,
  storeArtifacts,
  type OrbElement,
} from '../sdk/index.ts';

/** Where the helper keeps the result, the report and the journal of each app. */
const STATE_DIRECTORY = '~/.heroku-cd';

/** Checks out and deploys one commit: what most pipelines need. */
export function deployJob(context: OrbContext): OrbElement {
  // A job always installs: it is the first and the only one to do so.
  const handedOn = helperCommandParameters('deploy', context).filter(({ name }) => name !== INSTALL.name);
  return job({
    name: 'deploy',
    description:
      'Check out and deploy one exact commit to a Heroku app. Give the job a `context` that holds the API key, a `serial-group` so that only one deployment of the app runs at a time, and a filter for the branch that is deployed.',
    parameters: [...handedOn, PRE_DEPLOY, POST_DEPLOY, EXECUTOR, RESOURCE_CLASS],
    executor: parameterReference(EXECUTOR.name),
    resourceClass: parameterReference(RESOURCE_CLASS.name),
    steps: [
      checkoutFull(),
      spliceSteps(PRE_DEPLOY.name),
      invoke('deploy', passThrough(handedOn)),
      spliceSteps(POST_DEPLOY.name),
      storeArtifacts(STATE_DIRECTORY, 'heroku-cd'),
    ],
  });
}
