import { handOver } from '../parameters/from-definitions.ts';
import { DEPLOY_ENVIRONMENT } from '../parameters/orb-only.ts';
import { include, parameterReference, run, whenStep, type OrbParameter, type Step } from '../sdk/index.ts';
import { REPORT_DIRECTORY } from '../state-directory.ts';

/** How long `circleci` may take for one answer, in seconds. */
const LIMIT = '20';

/** What the marker's script reads of the job's parameters, as far as the job has them. */
const READ = ['app-name', 'deployments', 'revision', 'target-version', 'push'];

/** What a marker tells of. */
type Kind = 'deployment' | 'rollback';

/**
 * The steps around a deployment that tell CircleCI of it, where `deploy-environment` asks for that: they are not
 * there without. The last step is skipped unless something before it failed, so what follows a deployment comes after.
 */
export function deployMarker(
  kind: Kind,
  parameters: readonly OrbParameter[],
): { readonly before: Step; readonly after: Step } {
  const environment = {
    HEROKU_CD_MARKER: include('scripts/deploy-marker.cjs'),
    HEROKU_CD_MARKER_KIND: kind,
    HEROKU_CD_MARKER_SECONDS: LIMIT,
    HEROKU_CD_REPORT_DIRECTORY: REPORT_DIRECTORY,
    ...handOver([DEPLOY_ENVIRONMENT, ...parameters.filter(({ name }) => READ.includes(name))]),
  };
  const tell = (name: string, step: string, when?: 'on_fail'): Step =>
    run({
      name,
      environment: { HEROKU_CD_MARKER_STEP: step, ...environment },
      ...(when === undefined ? {} : { when }),
      command: include('scripts/deploy-marker.sh'),
    });
  const asked = (steps: readonly Step[]): Step => whenStep(parameterReference(DEPLOY_ENVIRONMENT.name), steps);
  return {
    before: asked([tell(`Tell CircleCI that the ${kind} begins`, 'begin')]),
    after: asked([
      tell(`Tell CircleCI that the ${kind} has succeeded`, 'succeeded'),
      tell(`Tell CircleCI that the ${kind} has failed`, 'failed', 'on_fail'),
    ]),
  };
}
