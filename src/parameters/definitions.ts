import type { ParameterDefinition } from './definition.ts';
import {
  checkAppName,
  checkDynoSize,
  checkEmail,
  checkHerokuBranch,
  checkRevision,
  checkScaleDown,
} from './rules.ts';

const EVERYWHERE = ['deploy', 'migrate', 'recover', 'identify', 'doctor', 'plan'] as const;
const WHOSE = ['deploy', 'migrate', 'recover', 'doctor', 'plan'] as const;
const CLONING = ['deploy', 'migrate', 'doctor', 'plan'] as const;
const DEPLOYING = ['deploy', 'migrate', 'plan'] as const;
const WAITING = ['deploy', 'migrate', 'recover', 'plan'] as const;

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
    commands: WHOSE,
    check: checkEmail,
  },
  {
    name: 'revision',
    type: 'string',
    default: '$CIRCLE_SHA1',
    description:
      'What to deploy: a commit, a tag or a branch. It is peeled to one commit, and exactly that commit is deployed.',
    commands: CLONING,
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
    commands: CLONING,
  },
  {
    name: 'maintenance',
    type: 'enum',
    values: ['auto', 'always', 'never'],
    default: 'auto',
    description:
      'When the app goes through a maintenance window: `auto` opens one only when a migration will run, `always` for every deployment, `never` lets a migration run while the app serves.',
    commands: ['deploy', 'plan'],
  },
  {
    name: 'scale-down',
    type: 'string',
    default: 'workers',
    description:
      'The process types that are stopped while the window is open: `workers` for every type but `web`, a list of types, or `none`.',
    commands: DEPLOYING,
    check: checkScaleDown,
    required: true,
  },
  {
    name: 'stop-web',
    type: 'boolean',
    default: false,
    description:
      'Stop web dynos too while the page is up, for apps whose web process works on jobs by itself. Not possible in Private Spaces, where web dynos serve the page.',
    commands: DEPLOYING,
  },
  {
    name: 'running-one-offs',
    type: 'enum',
    values: ['wait', 'stop', 'ignore'],
    default: 'wait',
    description:
      'What to do with one-off and scheduler dynos that run when the window opens: wait for their end, stop them, or leave them.',
    commands: DEPLOYING,
  },
  {
    name: 'if-in-maintenance',
    type: 'enum',
    values: ['refuse', 'keep'],
    default: 'refuse',
    description:
      'What to do when the page is on already and no run of ours explains it: refuse, or go on and leave it on.',
    commands: DEPLOYING,
  },
  {
    name: 'push',
    type: 'boolean',
    default: true,
    description: 'Set it to false to migrate what is deployed already, without deploying anything.',
    commands: ['migrate'],
  },
  {
    name: 'migrate-command',
    type: 'string',
    default: '',
    description:
      'The migration, run in a one-off dyno of the new release, such as `bundle exec rake db:migrate`. Its exit status decides. The dyno’s shell reads it, so variables in it are the app’s.',
    commands: DEPLOYING,
    verbatim: true,
  },
  {
    name: 'migrate-dyno-size',
    type: 'string',
    default: '',
    description: 'The size of the dyno that migrates, such as `standard-2x`. Empty for Heroku’s default.',
    commands: DEPLOYING,
    check: checkDynoSize,
  },
  {
    name: 'before-migrate',
    type: 'string',
    default: '',
    description:
      'A shell command in the job, run inside the window right before the migration. When it fails, everything is put back.',
    commands: DEPLOYING,
    verbatim: true,
  },
  {
    name: 'after-migrate',
    type: 'string',
    default: '',
    description: 'A shell command in the job, run inside the window right after the migration.',
    commands: DEPLOYING,
    verbatim: true,
  },
  {
    name: 'on-migration-failure',
    type: 'enum',
    values: ['hold', 'rollback', 'restore'],
    default: 'hold',
    description:
      'What follows a failed migration: `hold` leaves the page up and the processes stopped, because the schema may be half applied; `rollback` releases the code from before and opens the app again; `restore` also brings back the database.',
    commands: DEPLOYING,
  },
  {
    name: 'release-hold',
    type: 'boolean',
    default: false,
    description: 'Open a window too that a run has left closed on purpose.',
    commands: ['recover'],
  },
  {
    name: 'scale-timeout',
    type: 'duration',
    default: '2m',
    description: 'How long process types may take to stop, and to be scaled again.',
    commands: WAITING,
  },
  {
    name: 'build-timeout',
    type: 'duration',
    default: '20m',
    description: 'How long Heroku may build, the push included.',
    commands: WAITING,
  },
  {
    name: 'release-timeout',
    type: 'duration',
    default: '15m',
    description: 'How long the new release may stay pending, its release phase included.',
    commands: WAITING,
  },
  {
    name: 'migrate-timeout',
    type: 'duration',
    default: '15m',
    description:
      'How long the migration may run. Then its dyno is stopped, and Heroku stops it by itself should the job be lost.',
    commands: WAITING,
  },
  {
    name: 'boot-timeout',
    type: 'duration',
    default: '5m',
    description: 'How long web dynos may take to boot before the page comes off.',
    commands: WAITING,
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
    commands: WAITING,
  },
  {
    name: 'until',
    type: 'enum',
    values: ['window'],
    default: '',
    description:
      'Stop before the first change: `window` does the preflight and writes down how the app is, so that it can be cached.',
    commands: ['deploy', 'migrate'],
    commandLineOnly: true,
  },
  {
    name: 'from',
    type: 'enum',
    values: ['window'],
    default: '',
    description: 'Go on from what `--until window` prepared; refused when the app has changed in between.',
    commands: ['deploy', 'migrate'],
    commandLineOnly: true,
  },
  {
    name: 'app-id-file',
    type: 'string',
    default: '.heroku-cd/app-id',
    description: 'Where `identify` writes the id of the app.',
    commands: ['identify'],
    commandLineOnly: true,
  },
  {
    name: 'result-file',
    type: 'string',
    default: '',
    description: 'Where to write `result.json` as well, besides the state directory.',
    commands: ['deploy', 'migrate'],
    commandLineOnly: true,
  },
] as const satisfies readonly ParameterDefinition[];
