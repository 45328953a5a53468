import { helperCommandParameters } from '../commands/helper-command.ts';
import type { OrbContext } from '../context.ts';
import { DEPLOY_ENVIRONMENT, POST_DEPLOY, PRE_DEPLOY } from '../parameters/orb-only.ts';
import { checkoutFull, spliceSteps, type OrbElement } from '../sdk/index.ts';
import { deployMarker } from './deploy-marker.ts';
import { endWhereNothingGoes } from './goes-nowhere.ts';
import { helperJob, type HelperJobOptions } from './helper-job.ts';

/** A job that checks out and deploys, with room for the user's own steps before and after. */
export function deployingJob(options: HelperJobOptions, context: OrbContext): OrbElement {
  const parameters = helperCommandParameters(options.helper, context);
  const marker = deployMarker('deployment', parameters);
  return helperJob(options, context, {
    parameters: [PRE_DEPLOY, POST_DEPLOY, DEPLOY_ENVIRONMENT],
    before: [endWhereNothingGoes(parameters), checkoutFull(), spliceSteps(PRE_DEPLOY.name), marker.before],
    after: [marker.after, spliceSteps(POST_DEPLOY.name)],
  });
}
