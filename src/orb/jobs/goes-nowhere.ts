import { handOver } from '../parameters/from-definitions.ts';
import { include, parameterReference, run, whenStep, type OrbParameter, type Step } from '../sdk/index.ts';

/**
 * Ends the job, green, where `deployments` has no line for its branch or tag: the steps of a user around a deployment
 * that there is none of would run otherwise. It is part of a job and never of a command, which may stand in a job of
 * somebody's own. Not there without `deployments`: a step is chosen when the configuration is compiled.
 */
export function endWhereNothingGoes(parameters: readonly OrbParameter[]): Step {
  return whenStep(parameterReference('deployments'), [
    run({
      name: 'Ask which app this branch goes to',
      environment: {
        HEROKU_CD_GOES_NOWHERE: include('scripts/goes-nowhere.cjs'),
        ...handOver(parameters.filter(({ name }) => name === 'deployments')),
      },
      command: include('scripts/goes-nowhere.sh'),
    }),
  ]);
}
