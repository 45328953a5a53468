import type { AppFolder } from './app-folder.ts';
import type { LanguageName } from './languages.ts';
import {
  composerVersion,
  gemHas,
  npmHas,
  npmPrunes,
  packageJson,
  pythonHas,
  versionIn,
} from './manifests.ts';
import { join, knexfile, sequelFolder, upFile } from './migration-files.ts';

/** What `init` proposes for a framework's migrations. */
export interface Migration {
  readonly migrateCommand: string;
  /** Ends with 0 where nothing is pending and with another status where something is; empty: there is none. */
  readonly pendingCommand: string;
  /** Why there is no `pendingCommand`. */
  readonly noPendingBecause?: string;
  /** Where migrations lie, from the app's root, as `migration-paths` takes them. */
  readonly migrationPaths: readonly string[];
  /** What a person has to know besides. */
  readonly notes?: readonly string[];
}

/** A framework with migrations: how it is recognized, and what is proposed for it unless the app says otherwise. */
export interface Framework extends Migration {
  readonly name: string;
  readonly title: string;
  readonly language: LanguageName;
  /** For people: by what it is recognized. */
  readonly recognizedBy: string;
  readonly found: (app: AppFolder) => boolean;
  /** What differs for this app, such as another folder of migrations or a version without a command. */
  readonly refine?: (app: AppFolder) => Partial<Migration>;
}

/**
 * The frameworks that `heroku-cd init` knows: the one list of them. A pending command stands here only where the
 * framework's own documentation or source says that its exit status tells; one that only prints would call every
 * migration done.
 */
export const FRAMEWORKS: readonly Framework[] = [
  {
    // Rails' databases.rake: the task aborts, exit status 1, when migrations are pending.
    name: 'rails',
    title: 'Rails',
    language: 'ruby',
    recognizedBy: 'the gem `rails` and `config/database.yml` or `db/migrate`',
    found: (app) => gemHas(app, 'rails') && (app.has('config/database.yml') || app.hasFolder('db/migrate')),
    migrateCommand: 'bin/rails db:migrate',
    pendingCommand: 'bin/rails db:abort_if_pending_migrations',
    // Rails Guides: Multiple Databases; each further one has its folder, such as db/animals_migrate.
    migrationPaths: ['db/migrate/**', 'db/*_migrate/**'],
    refine: (app) =>
      app.has('bin/rails')
        ? {}
        : {
            migrateCommand: 'bundle exec rails db:migrate',
            pendingCommand: 'bundle exec rails db:abort_if_pending_migrations',
          },
  },
  {
    // Django documentation: django-admin migrate, --check exits with a non-zero status when migrations are unapplied.
    name: 'django',
    title: 'Django',
    language: 'python',
    recognizedBy: '`manage.py` of Django',
    found: (app) => app.has('manage.py') && /django/i.test(app.read('manage.py')),
    migrateCommand: 'python manage.py migrate --noinput',
    pendingCommand: 'python manage.py migrate --check',
    // Migrations of installed apps come with a new version of their package, so the lists of packages count.
    migrationPaths: [
      '**/migrations/*.py',
      'requirements*.txt',
      'requirements/*.txt',
      'Pipfile.lock',
      'poetry.lock',
      'uv.lock',
    ],
  },
  {
    // sinatra-activerecord lib/sinatra/activerecord/rake.rb: loads Rails' databases.rake.
    name: 'sinatra',
    title: 'Sinatra with Active Record',
    language: 'ruby',
    recognizedBy: 'the gem `sinatra-activerecord`, without `rails`',
    found: (app) => gemHas(app, 'sinatra-activerecord') && !gemHas(app, 'rails'),
    migrateCommand: 'bundle exec rake db:migrate',
    pendingCommand: 'bundle exec rake db:abort_if_pending_migrations',
    migrationPaths: ['db/migrate/**'],
  },
  {
    // Sequel bin/sequel: exit status 1 after an error, which Migrator.check_current raises unless all are applied.
    name: 'sequel',
    title: 'Sequel',
    language: 'ruby',
    recognizedBy:
      'the gem `sequel` and `.rb` files in `db/migrations`, `db/migrate` or `migrations`, without `rails`',
    found: (app) => gemHas(app, 'sequel') && !gemHas(app, 'rails') && sequelFolder(app) !== undefined,
    ...sequel('db/migrations'),
    refine: (app) => sequel(sequelFolder(app) ?? 'db/migrations'),
  },
  {
    name: 'alembic',
    title: 'Alembic',
    language: 'python',
    recognizedBy: '`alembic.ini`, or `migrations/alembic.ini` of Flask-Migrate',
    found: (app) => app.has('alembic.ini') || app.has('migrations/alembic.ini'),
    migrateCommand: 'alembic upgrade head',
    pendingCommand: '',
    noPendingBecause:
      '`alembic current` only prints, and `alembic check` fails for models that differ from the migrations too',
    migrationPaths: ['alembic/versions/**', 'migrations/versions/**'],
    refine: (app) =>
      app.has('migrations/alembic.ini') && pythonHas(app, 'flask-migrate')
        ? { migrateCommand: 'flask db upgrade' }
        : {},
  },
  {
    // Prisma documentation: migrate status, "Exit codes": since 4.3.0 exit code 1 when migrations are not applied.
    name: 'prisma',
    title: 'Prisma',
    language: 'node',
    recognizedBy: '`prisma/schema.prisma` and `prisma/migrations`',
    found: (app) =>
      (app.has('prisma/schema.prisma') || app.has('prisma.config.ts')) && app.hasFolder('prisma/migrations'),
    migrateCommand: 'npx prisma migrate deploy',
    pendingCommand: 'npx prisma migrate status',
    migrationPaths: ['prisma/migrations/**'],
    refine: (app) => ({
      ...(isBelow(npmVersion(app, 'prisma'), [4, 3])
        ? {
            pendingCommand: '',
            noPendingBecause: '`prisma migrate status` ends with 0 in any case before Prisma 4.3',
          }
        : {}),
      ...pruned(app, 'prisma'),
    }),
  },
  {
    // knex bin/cli.js: migrate:status is another name of migrate:list, which ends with success in any case.
    name: 'knex',
    title: 'Knex',
    language: 'node',
    recognizedBy: '`knexfile.js`, `.ts`, `.cjs` or `.mjs`',
    found: (app) => knexfile(app) !== undefined,
    migrateCommand: 'npx knex migrate:latest',
    pendingCommand: '',
    noPendingBecause: '`knex migrate:status` only prints: it ends with 0 in any case',
    migrationPaths: ['migrations/**'],
    refine: (app) => {
      const file = knexfile(app) ?? '';
      const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
      const [, own] =
        /migrations\s*:\s*\{[^}]*?directory\s*:\s*['"`]([\w./-]+)['"`]/.exec(app.read(file)) ?? [];
      return {
        ...(folder === '' ? {} : { migrateCommand: `npx knex migrate:latest --knexfile ${file}` }),
        migrationPaths: [`${join(folder, own ?? 'migrations')}/**`],
        ...pruned(app, 'knex'),
      };
    },
  },
  {
    // sequelize-cli lib/commands/migrate.js: every command that has not thrown ends with process.exit(0).
    name: 'sequelize',
    title: 'Sequelize',
    language: 'node',
    recognizedBy: '`.sequelizerc`, or the package `sequelize-cli`',
    found: (app) => app.has('.sequelizerc') || npmHas(app, 'sequelize-cli'),
    migrateCommand: 'npx sequelize-cli db:migrate',
    pendingCommand: '',
    noPendingBecause: '`sequelize-cli db:migrate:status` only prints: it ends with 0 in any case',
    migrationPaths: ['migrations/**'],
    refine: (app) => {
      const [, call] = /['"]migrations-path['"]\s*:\s*([^\n]+)/.exec(app.read('.sequelizerc')) ?? [];
      const own = [...(call ?? '').matchAll(/['"`]([\w./-]+)['"`]/g)].map(([, part]) => part ?? '');
      return {
        ...(own.length === 0 ? {} : { migrationPaths: [`${join('', own.join('/'))}/**`] }),
        ...pruned(app, 'sequelize-cli'),
      };
    },
  },
  {
    // laravel/framework#51341: since 11.7 `--pending=N` is the exit status where a migration is pending.
    name: 'laravel',
    title: 'Laravel',
    language: 'php',
    recognizedBy: '`artisan` and the package `laravel/framework`',
    found: (app) => app.has('artisan') && composerVersion(app, 'laravel/framework') !== undefined,
    migrateCommand: 'php artisan migrate --force',
    pendingCommand: 'php artisan migrate:status --pending=1',
    // Packages bring migrations of their own, so their list counts.
    migrationPaths: ['database/migrations/**', 'composer.lock'],
    refine: (app) =>
      isBelow(composerVersion(app, 'laravel/framework'), [11, 7])
        ? {
            pendingCommand: '',
            noPendingBecause: '`migrate:status` ends with 0 in any case before Laravel 11.7',
          }
        : {},
  },
  {
    // ecto_sql lib/mix/tasks/ecto.migrations.ex: prints a table and returns :ok.
    name: 'phoenix',
    title: 'Phoenix',
    language: 'elixir',
    recognizedBy: '`ecto_sql` or `phoenix_ecto` in `mix.exs`',
    found: (app) => /:(?:ecto_sql|phoenix_ecto)\b/.test(app.read('mix.exs')),
    migrateCommand: 'mix ecto.migrate',
    pendingCommand: '',
    noPendingBecause: '`mix ecto.migrations` only prints: it ends with 0 in any case',
    migrationPaths: ['priv/*/migrations/**'],
  },
  {
    // golang-migrate internal/cli/commands.go: `up` without anything to do succeeds, and `version` tells the version alone.
    name: 'golang-migrate',
    title: 'golang-migrate',
    language: 'go',
    recognizedBy:
      '`github.com/golang-migrate/migrate` in `go.mod` and files such as `migrations/1_orders.up.sql`',
    found: (app) =>
      app.read('go.mod').includes('github.com/golang-migrate/migrate') && upFile(app) !== undefined,
    ...golangMigrate('migrations'),
    pendingCommand: '',
    noPendingBecause:
      '`migrate version` tells which version the database has, and not whether there are newer ones',
    refine: (app) => {
      const file = upFile(app) ?? '';
      return golangMigrate(file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.');
    },
    notes: [
      'The slug must hold the `migrate` command line, built with your database’s driver; where the app’s own program migrates, give that as `--migrate-command`.',
    ],
  },
  {
    // Flyway documentation: validate fails, too, when a resolved migration has not been applied to the database.
    name: 'flyway',
    title: 'Flyway',
    language: 'java',
    recognizedBy: '`flyway.conf`, `flyway.toml` or `conf/flyway.conf`',
    found: (app) => app.firstOf('flyway.conf', 'flyway.toml', 'conf/flyway.conf') !== undefined,
    migrateCommand: 'flyway migrate',
    pendingCommand: 'flyway validate',
    migrationPaths: ['sql/**', 'migrations/**', 'src/main/resources/db/migration/**'],
    notes: ['The slug must hold the `flyway` command line: none of Heroku’s own buildpacks brings it.'],
  },
];

function sequel(folder: string): Migration {
  return {
    migrateCommand: `bundle exec sequel -m ${folder} "$DATABASE_URL"`,
    pendingCommand: `bundle exec sequel -c "Sequel.extension :migration; Sequel::Migrator.check_current(DB, '${folder}')" "$DATABASE_URL"`,
    migrationPaths: [`${folder}/**`],
  };
}

function golangMigrate(folder: string): Pick<Migration, 'migrateCommand' | 'migrationPaths'> {
  return {
    migrateCommand: `migrate -path ${folder} -database "$DATABASE_URL" up`,
    migrationPaths: [folder === '.' ? '*.sql' : `${folder}/**`],
  };
}

function npmVersion(app: AppFolder, name: string): readonly [number, number] | undefined {
  const { dependencies, devDependencies } = packageJson(app);
  return versionIn(dependencies[name] ?? devDependencies[name] ?? '');
}

function isBelow(
  version: readonly [number, number] | undefined,
  [major, minor]: readonly [number, number],
): boolean {
  if (version === undefined) return false;
  return version[0] < major || (version[0] === major && version[1] < minor);
}

/** Dev Center: Node.js Support, "Skip pruning". */
function pruned(app: AppFolder, name: string): Partial<Migration> {
  if (!npmPrunes(app, name)) return {};
  return {
    notes: [
      `\`${name}\` is a development dependency, which Heroku removes after the build: move it to \`dependencies\`, or npx fetches another version in the middle of a deployment.`,
    ],
  };
}
