import type { CommandName } from '../../parameters/index.ts';
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
export const STATE_DIRECTORY = '~/.heroku-cd';

/** A job that checks out, runs one of the orb's commands, and keeps its result. */
export function deployingJob(
  options: { name: string; helper: CommandName; description: string },
  context: OrbContext,
): OrbElement {
  // A job always installs: it is the first and the only one to do so.
  const handedOn = helperCommandParameters(options.helper, context).filter(({ name }) => name !== INSTALL.name);
  return job({
    name: options.name,
    description: options.description,
    parameters: [...handedOn, PRE_DEPLOY, POST_DEPLOY, EXECUTOR, RESOURCE_CLASS],
    executor: parameterReference(EXECUTOR.name),
    resourceClass: parameterReference(RESOURCE_CLASS.name),
    steps: [
      checkoutFull(),
      spliceSteps(PRE_DEPLOY.name),
      invoke(options.name, passThrough(handedOn)),
      spliceSteps(POST_DEPLOY.name),
      storeArtifacts(STATE_DIRECTORY, 'heroku-cd'),
    ],
  });
}
