import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { importOf, ours } from './usage.ts';

/** The configuration of a rollback pipeline, which CircleCI starts from its list of deployments. */
export function rollBackFromCircleci(context: OrbContext): OrbElement {
  return example(
    'roll-back-from-circleci',
    'Roll back from CircleCI’s list of deployments: this is the configuration of a rollback pipeline, which hands over the version that somebody has chosen there, a release such as v12 or a commit.',
    usage({
      ...importOf(context),
      workflow: 'roll-back',
      entries: [
        {
          job: ours('rollback'),
          context: 'heroku-production',
          serialGroup: 'heroku/acme-shop',
          filter: 'pipeline.deploy.environment_name == "production"',
          arguments: {
            'app-name': 'acme-shop',
            'target-version': '<< pipeline.deploy.target_version >>',
          },
        },
      ],
    }),
  );
}
