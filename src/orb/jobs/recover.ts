import { helperCommandParameters } from '../commands/helper-command.ts';
import type { OrbContext } from '../context.ts';
import { passThrough } from '../parameters/from-definitions.ts';
import { EXECUTOR, INSTALL, RESOURCE_CLASS } from '../parameters/orb-only.ts';
import { invoke, job, parameterReference, storeArtifacts, type OrbElement } from '../sdk/index.ts';
import { STATE_DIRECTORY } from './deploying-job.ts';

/** Follows a deployment that failed or was cancelled. */
export function recoverJob(context: OrbContext): OrbElement {
  const handedOn = helperCommandParameters('recover', context).filter(({ name }) => name !== INSTALL.name);
  return job({
    name: 'recover',
    description:
      'Put back what a cancelled or lost run has left. Let it follow the deploying job with `requires: [{deploy: [failed, canceled]}]`, with the same `context` and `app-name`, and switch *auto-cancel redundant workflows* off where you deploy from another branch than the default one, because it would cancel this job too.',
    parameters: [...handedOn, EXECUTOR, RESOURCE_CLASS],
    executor: parameterReference(EXECUTOR.name),
    resourceClass: parameterReference(RESOURCE_CLASS.name),
    steps: [invoke('recover', passThrough(handedOn)), storeArtifacts(STATE_DIRECTORY, 'heroku-cd')],
  });
}
