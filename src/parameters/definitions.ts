import type { ParameterDefinition } from './definition.ts';
import { checkAppName, checkEmail, checkHerokuBranch, checkRevision } from './rules.ts';

const EVERYWHERE = ['deploy', 'doctor', 'plan'] as const;
const DEPLOYING = ['deploy', 'plan'] as const;

/** Every parameter of the orb and of the command line, in the order in which people read about them. */
export const PARAMETERS = [
  {
    name: 'app-name',
    type: 'string',
    default: '$HEROKU_APP_NAME',
    description:
      'The Heroku app. Lower case, as Heroku has it. May name an environment variable, such as `$HEROKU_APP_NAME`.',
    commands: EVERYWHERE,
    check: checkAppName,
    required: true,
  },
  {
    name: 'api-key',
    type: 'env-var-name',
    default: 'HEROKU_API_KEY',
    description:
      'The name of the environment variable that holds the Heroku API key. Keep the key itself in a context; make it with `heroku authorizations:create`.',
    commands: EVERYWHERE,
    required: true,
  },
  {
    name: 'deploy-user',
    type: 'string',
    default: '',
    description:
      'The e-mail address of the account that deploys. When set, a key that belongs to anybody else is refused before anything is touched.',
    commands: EVERYWHERE,
    check: checkEmail,
  },
  {
    name: 'revision',
    type: 'string',
    default: '$CIRCLE_SHA1',
    description:
      'What to deploy: a commit, a tag or a branch. It is peeled to one commit, and exactly that commit is deployed.',
    commands: EVERYWHERE,
    check: checkRevision,
    required: true,
  },
  {
    name: 'heroku-branch',
    type: 'string',
    default: 'main',
    description: 'The branch on Heroku that is pushed to: `main`, or `master` for apps that still use it.',
    commands: DEPLOYING,
    check: checkHerokuBranch,
    required: true,
  },
  {
    name: 'force',
    type: 'boolean',
    default: false,
    description:
      'Allow going to a commit that does not descend from the deployed one. The push then carries a lease on the deployed commit, so that nobody else’s deployment is overwritten.',
    commands: EVERYWHERE,
  },
  {
    name: 'build-timeout',
    type: 'duration',
    default: '20m',
    description: 'How long Heroku may build, the push included.',
    commands: DEPLOYING,
  },
  {
    name: 'release-timeout',
    type: 'duration',
    default: '15m',
    description: 'How long the new release may stay pending, its release phase included.',
    commands: DEPLOYING,
  },
  {
    name: 'git-wait',
    type: 'duration',
    default: '10m',
    description:
      'How long to wait for another build of the app to end, and for Heroku’s limit of git requests to let us through.',
    commands: DEPLOYING,
  },
  {
    name: 'deadline',
    type: 'duration',
    default: '50m',
    description:
      'The budget of the whole run. CircleCI’s Free plan ends a job after one hour; five minutes of the budget are kept for putting things back.',
    commands: DEPLOYING,
  },
  {
    name: 'result-file',
    type: 'string',
    default: '',
    description: 'Where to write `result.json` as well, besides the state directory.',
    commands: ['deploy'],
    commandLineOnly: true,
  },
] as const satisfies readonly ParameterDefinition[];
