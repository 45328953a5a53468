import { helperCommandParameters } from '../commands/helper-command.ts';
import type { OrbContext } from '../context.ts';
import { DEPLOY_ENVIRONMENT } from '../parameters/orb-only.ts';
import type { OrbElement } from '../sdk/index.ts';
import { deployMarker } from './deploy-marker.ts';
import { helperJob } from './helper-job.ts';

/** For a rollback pipeline or an approval; it needs no checkout. */
export function rollbackJob(context: OrbContext): OrbElement {
  const marker = deployMarker('rollback', helperCommandParameters('rollback', context));
  return helperJob(
    {
      name: 'rollback',
      helper: 'rollback',
      description:
        'Go back to the previous good release of a Heroku app, or to the one that `target-version` names. Give the job the `context` and the `serial-group` of the job that deploys.',
    },
    context,
    { parameters: [DEPLOY_ENVIRONMENT], before: [marker.before], after: [marker.after] },
  );
}
