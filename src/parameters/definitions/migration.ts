import type { ParameterDefinition } from '../definition.ts';
import { checkDynoSize, checkMigrationPaths } from '../rules.ts';
import { DEPLOYING } from './commands-of.ts';

/** The migration, what is pending, and what follows its failure. */
export const MIGRATION = [
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
      'Where migrations lie, such as `db/migrate/**`: patterns from the top of the repository (with `app-directory`, of that folder), with commas or line breaks between them, as git reads them. Where no such file differs between the deployed commit and the new one, nothing is pending: no window, no backup, no migration.',
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
] as const satisfies readonly ParameterDefinition[];
