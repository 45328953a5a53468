import type { ParameterDefinition } from './definition.ts';
import { checkFormation } from './formation.ts';
import {
  checkAppName,
  checkBackupId,
  checkConfigNames,
  checkDynoSize,
  checkEmail,
  checkHerokuBranch,
  checkMigrationPaths,
  checkRevision,
  checkScaleDown,
  checkTargetVersion,
} from './rules.ts';

const CLONING = ['deploy', 'migrate', 'doctor', 'plan'] as const;
const DEPLOYING = ['deploy', 'migrate', 'plan'] as const;
const WAITING = ['deploy', 'migrate', 'recover', 'plan'] as const;
const BY_HAND = ['window open', 'window close'] as const;
const ACTS = [
  'maintenance on',
  'maintenance off',
  'scale',
  'run',
  'backup capture',
  'backup restore',
  'backup list',
] as const;
const OPENING = [...DEPLOYING, 'window open'] as const;
const WHOSE = ['deploy', 'migrate', 'recover', 'rollback', ...BY_HAND, ...ACTS, 'doctor', 'plan'] as const;
const EVERYWHERE = [...WHOSE, 'identify'] as const;

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
    name: 'build-app',
    type: 'string',
    default: '',
    description:
      'An app without dynos and without a database of this one’s, where the commit is built first: then its slug is released on the app, and the window does not contain the build. Refused where the two differ in what a slug depends on. For Cedar apps.',
    commands: DEPLOYING,
    check: checkAppName,
  },
  {
    name: 'build-config-ignore',
    type: 'string',
    default: '',
    description:
      'Names of config vars that may differ between `build-app` and the app, because no build reads them. Those that add-ons set may differ in any case.',
    commands: DEPLOYING,
    check: checkConfigNames,
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
    commands: OPENING,
    check: checkScaleDown,
    required: true,
  },
  {
    name: 'stop-web',
    type: 'boolean',
    default: false,
    description:
      'Stop web dynos too while the page is up, for apps whose web process works on jobs by itself. Not possible in Private Spaces, where web dynos serve the page.',
    commands: OPENING,
  },
  {
    name: 'running-one-offs',
    type: 'enum',
    values: ['wait', 'stop', 'ignore'],
    default: 'wait',
    description:
      'What to do with one-off and scheduler dynos that run when the window opens, or is closed by hand: wait for their end, stop them, or leave them.',
    commands: [...OPENING, 'window close'],
  },
  {
    name: 'if-in-maintenance',
    type: 'enum',
    values: ['refuse', 'keep'],
    default: 'refuse',
    description:
      'What to do when the page is on already and no run of ours explains it: refuse, or go on and leave it on.',
    commands: OPENING,
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
    name: 'pending-migrations-command',
    type: 'string',
    default: '',
    description:
      'A command that ends with 0 where no migration is pending, such as `bundle exec rake db:abort_if_pending_migrations`, and with anything else where one is. It is run in a one-off dyno of the code that is to be migrated: nothing pending, no migration; after a migration it is run again, as proof. It also settles a migration whose end got lost. A commit that is not deployed yet has no dynos to ask, so only `migration-paths` can tell before the window opens.',
    commands: DEPLOYING,
    verbatim: true,
  },
  {
    name: 'migration-paths',
    type: 'string',
    default: '',
    description:
      'Where migrations lie, such as `db/migrate/**`: patterns from the top of the repository, with commas or line breaks between them, as git reads them. Where no such file differs between the deployed commit and the new one, nothing is pending: no window, no backup, no migration.',
    commands: DEPLOYING,
    check: checkMigrationPaths,
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
    name: 'breaking-migration',
    type: 'boolean',
    default: false,
    description:
      'The code from before cannot run on the new schema: preboot, which lets it serve beside the new code for some minutes, is off for the run and on again afterwards.',
    commands: DEPLOYING,
  },
  {
    name: 'backup',
    type: 'enum',
    values: ['auto', 'always', 'never'],
    default: 'auto',
    description:
      'Whether the database is backed up behind the page before anything changes: `auto` when a migration will run, with a recovery point in place of a dump where the database has continuous protection; `always` in any case, as a dump; `never`. Without a proven backup no migration starts.',
    commands: DEPLOYING,
  },
  {
    name: 'backup-id',
    type: 'string',
    default: '',
    description: 'The backup to restore, such as `b001`; `backup list` shows them.',
    commands: ['backup restore'],
    check: checkBackupId,
    required: true,
    words: ['backup restore'],
  },
  {
    name: 'confirm',
    type: 'string',
    default: '',
    description:
      'The name of the app, once more: everything that was written to its database since the backup will be gone.',
    commands: ['backup restore'],
    required: true,
  },
  {
    name: 'shared-database',
    type: 'enum',
    values: ['refuse', 'accept'],
    default: 'refuse',
    description:
      'What to do where other apps are attached to the database and it may have to be restored, which takes from them what they have written since the backup: refuse, or accept that.',
    commands: [...DEPLOYING, 'backup restore'],
  },
  {
    name: 'release-hold',
    type: 'boolean',
    default: false,
    description: 'Open a window too that a run has left closed on purpose.',
    commands: ['recover'],
  },
  {
    name: 'target-version',
    type: 'string',
    default: '',
    description:
      'The release to go back to: `v12`, `12`, or a commit. Empty for the newest good release with other code than today’s. CircleCI’s rollback pipelines have it as the value `pipeline.deploy.target_version`.',
    commands: ['rollback'],
    check: checkTargetVersion,
    words: ['rollback'],
  },
  {
    name: 'keep-config',
    type: 'boolean',
    default: false,
    description:
      'Go back to the code of that release with the config vars of today. Without it Heroku’s own rollback brings back that release’s config vars too; the names of those that differ are listed.',
    commands: ['rollback'],
  },
  {
    name: 'migration-is-backward-compatible',
    type: 'boolean',
    default: false,
    description:
      'The code from before runs on the schema of today: go back to it although the database was migrated in between.',
    commands: ['rollback'],
  },
  {
    name: 'formation',
    type: 'string',
    default: '',
    description:
      'Process types as they are to be, such as `worker=3:standard-2x clock=1`: the quantity, and the size where it is to change. `scale` sets them; for `close-window` and `recover` they are how the app was, where no journal tells. Name them there for one run only: `recover` then opens the app whatever the database is like, half migrated too.',
    commands: ['recover', 'window close', 'scale'],
    check: checkFormation,
    required: ['scale'],
    words: ['scale'],
  },
  {
    name: 'restart-dynos',
    type: 'boolean',
    default: true,
    description:
      'Restart every dyno before the window closes, because those that booted before a migration know the schema from before.',
    commands: ['window close'],
  },
  {
    name: 'command',
    type: 'string',
    default: '',
    description:
      'The command to run in a one-off dyno of the current release, such as `bundle exec rake db:migrate`. Its exit status decides. The dyno’s shell reads it, so variables in it are the app’s.',
    commands: ['run'],
    verbatim: true,
    required: ['run'],
    words: ['run'],
  },
  {
    name: 'dyno-size',
    type: 'string',
    default: '',
    description: 'The size of the one-off dyno, such as `standard-2x`. Empty for Heroku’s default.',
    commands: ['run'],
    check: checkDynoSize,
  },
  {
    name: 'scale-timeout',
    type: 'duration',
    default: '2m',
    description: 'How long process types may take to stop, and to be scaled again.',
    commands: ['backup restore', ...WAITING, ...BY_HAND, 'scale'],
  },
  {
    name: 'backup-timeout',
    type: 'duration',
    default: '15m',
    description: 'How long a backup, or the restore of one, may take.',
    commands: [...DEPLOYING, 'backup capture', 'backup restore'],
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
    commands: [...WAITING, 'rollback'],
  },
  {
    name: 'migrate-timeout',
    type: 'duration',
    default: '15m',
    description:
      'How long the migration, or the command of a one-off dyno, may run. Then its dyno is stopped, and Heroku stops it by itself should the job be lost.',
    commands: [...WAITING, ...BY_HAND, 'rollback', 'run'],
  },
  {
    name: 'boot-timeout',
    type: 'duration',
    default: '5m',
    description: 'How long web dynos may take to boot before the page comes off.',
    commands: ['backup restore', ...WAITING, ...BY_HAND, 'rollback'],
  },
  {
    name: 'git-wait',
    type: 'duration',
    default: '10m',
    description:
      'How long to wait for another build of the app to end, and for Heroku’s limit of git requests to let us through.',
    commands: [...OPENING, 'window close', 'rollback'],
  },
  {
    name: 'deadline',
    type: 'duration',
    default: '50m',
    description:
      'The budget of the whole run. CircleCI’s Free plan ends a job after one hour; five minutes of the budget are kept for putting things back.',
    commands: [...WAITING, ...BY_HAND, 'rollback', ...ACTS],
  },
  {
    name: 'until',
    type: 'enum',
    values: ['window'],
    default: '',
    description:
      'Stop before the first change: `window` does the preflight and writes down how the app is, so that it can be cached.',
    commands: ['deploy', 'migrate', 'window open'],
    commandLineOnly: true,
  },
  {
    name: 'from',
    type: 'enum',
    values: ['window'],
    default: '',
    description: 'Go on from what `--until window` prepared; refused when the app has changed in between.',
    commands: ['deploy', 'migrate', 'window open'],
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
    commands: ['deploy', 'migrate', 'window open'],
    commandLineOnly: true,
  },
] as const satisfies readonly ParameterDefinition[];
