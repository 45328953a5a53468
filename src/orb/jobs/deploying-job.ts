import type { OrbContext } from '../context.ts';
import { POST_DEPLOY, PRE_DEPLOY } from '../parameters/orb-only.ts';
import { checkoutFull, spliceSteps, type OrbElement } from '../sdk/index.ts';
import { helperJob, type HelperJobOptions } from './helper-job.ts';

/** A job that checks out and deploys, with room for the user's own steps before and after. */
export function deployingJob(options: HelperJobOptions, context: OrbContext): OrbElement {
  return helperJob(options, context, {
    parameters: [PRE_DEPLOY, POST_DEPLOY],
    before: [checkoutFull(), spliceSteps(PRE_DEPLOY.name)],
    after: [spliceSteps(POST_DEPLOY.name)],
  });
}
