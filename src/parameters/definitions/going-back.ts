import type { ParameterDefinition } from '../definition.ts';
import { checkFormation } from '../formation.ts';
import { checkDynoSize, checkTargetVersion } from '../rules.ts';
import { DEPLOYING } from './commands-of.ts';

/** Recovering, rolling back, and the single acts. */
export const GOING_BACK = [
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
      'The code from before runs on the schema of today: going back to it is allowed although the database was migrated in between, for `rollback` and for `on-unhealthy: rollback`.',
    commands: ['rollback', ...DEPLOYING],
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
] as const satisfies readonly ParameterDefinition[];
