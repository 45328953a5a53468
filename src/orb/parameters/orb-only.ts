import type { OrbParameter } from '../sdk/index.ts';

/** Parameters that only the orb knows: where and how CircleCI runs the helper, not what the helper does. */

/** On every command that calls the helper. */
export const INSTALL: OrbParameter = {
  name: 'install',
  type: 'boolean',
  default: true,
  description:
    'Install the helper first. Set it to false on the second and later commands of one job: every use puts the helper into the compiled configuration once more, about 0.2 MB of the 8 MB that it may have.',
};

/**
 * CircleCI's own key, hence the underscores. The helper writes a line at least once a minute; the default
 * is longer than each of its own limits all the same, so that its own message comes first.
 */
export const NO_OUTPUT_TIMEOUT: OrbParameter = {
  name: 'no_output_timeout',
  type: 'string',
  default: '30m',
  description:
    'How long CircleCI waits for output before it ends the step. The helper writes a line at least once a minute.',
};

/** On every job. */
export const EXECUTOR: OrbParameter = {
  name: 'executor',
  type: 'executor',
  default: 'default',
  description:
    'Where the job runs: an executor whose image has Node.js 20 or newer and git. The default is the orb’s own, on `cimg/node`. Jobs on one app find each other’s journal only in images whose users have the same home folder.',
};

/** On every job. */
export const RESOURCE_CLASS: OrbParameter = {
  name: 'resource-class',
  type: 'string',
  default: 'medium',
  description:
    'The size of the machine that runs the job. It must be one that the executor knows; deploying needs little, `small` does on docker.',
};

/** On every job that deploys. */
export const PRE_DEPLOY: OrbParameter = {
  name: 'pre-deploy',
  type: 'steps',
  default: [],
  description:
    'Steps to run after the checkout and before the deployment, such as `attach_workspace`. They run before anything at Heroku is touched; when one fails, nothing is deployed. Give a `run` step a `no_output_timeout` of its own where it is silent for more than ten minutes.',
};

/** On every job that deploys. */
export const POST_DEPLOY: OrbParameter = {
  name: 'post-deploy',
  type: 'steps',
  default: [],
  description:
    'Steps to run after the deployment has succeeded, such as a notification. When one fails, the job is red and the app stays deployed. Give a `run` step a `no_output_timeout` of its own where it is silent for more than ten minutes.',
};

/** On every job that deploys or rolls back. */
export const DEPLOY_ENVIRONMENT: OrbParameter = {
  name: 'deploy-environment',
  type: 'string',
  default: '',
  description:
    'The name of the environment, such as `production`, under which CircleCI lists this deployment (deploy markers). Empty: it is told of none. Whether CircleCI takes it or not, the deployment goes on.',
};

/** On the executor. */
export const TAG: OrbParameter = {
  name: 'tag',
  type: 'string',
  default: 'lts',
  description:
    'The tag of the `cimg/node` image: `lts`, `current`, or a version of 20 or newer such as `22.22`.',
};
