/** A flag of `heroku-cd init`. */
export interface InitOption {
  readonly name: string;
  /** What the value is, such as `name`; a switch has none. */
  readonly value?: string;
  readonly values?: readonly string[];
  readonly description: string;
}

/** The flags, in the order in which help shows them. */
export const INIT_OPTIONS: readonly InitOption[] = [
  {
    name: 'app',
    value: 'name',
    description: 'the Heroku app that is production (default: the one of the git remote heroku)',
  },
  {
    name: 'production-branch',
    value: 'name',
    description: 'the branch that goes there (default: the repository’s default branch)',
  },
  { name: 'context', value: 'name', description: 'the context with its key (default: heroku-production)' },
  {
    name: 'staging-app',
    value: 'name',
    description: 'a staging app, deployed first; production then waits for an approval',
  },
  {
    name: 'staging-branch',
    value: 'name',
    description: 'the branch that goes to staging (default: the default branch)',
  },
  {
    name: 'staging-context',
    value: 'name',
    description: 'the context with staging’s key (default: heroku-staging)',
  },
  { name: 'directory', value: 'folder', description: 'the app’s folder, where a repository holds several' },
  {
    name: 'migrate-command',
    value: 'command',
    description: 'the migration, instead of the one that is recognized; empty for none',
  },
  {
    name: 'pending-migrations-command',
    value: 'command',
    description: 'what ends with 0 where no migration is pending; empty for none',
  },
  { name: 'migration-paths', value: 'globs', description: 'where migrations lie; empty for none' },
  {
    name: 'orb-source',
    value: 'source',
    values: ['registry', 'url', 'inline'],
    description:
      'how the orb is imported: by its name, by the address of its file, or as part of the configuration',
  },
  { name: 'yes', description: 'ask nothing and take what is proposed' },
  { name: 'print', description: 'write the configuration to stdout instead of the file' },
];

/** The parsed flags. */
export interface InitFlags {
  readonly app?: string;
  readonly productionBranch?: string;
  readonly context?: string;
  readonly stagingApp?: string;
  readonly stagingBranch?: string;
  readonly stagingContext?: string;
  readonly directory?: string;
  readonly migrateCommand?: string;
  readonly pendingMigrationsCommand?: string;
  readonly migrationPaths?: string;
  readonly orbSource?: string;
  readonly yes?: boolean;
  readonly print?: boolean;
}
