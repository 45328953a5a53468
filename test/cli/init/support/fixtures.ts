/** A tiny repository in the form of a framework, and what init must make of it. */
export interface Fixture {
  readonly files: Readonly<Record<string, string>>;
  /** A file that a later commit adds, which is a migration where the framework has them. */
  readonly change: string;
  readonly migrate: string;
  /** `migrate` and `pending` as a shell hands them on, where it changes them. */
  readonly handedOn?: readonly [migrate: string, pending: string];
  readonly pending: string;
  readonly paths: string;
  /** The image and the last command of the test job; undefined where there is none. */
  readonly test: readonly [image: string, command: string] | undefined;
}

const SERVER = `require('node:http').createServer((q, a) => a.end('served')).listen(Number(process.env.PORT), '127.0.0.1');\n`;
/** The web process is Node.js everywhere, because that is what runs the tests; its name says what it stands for. */
const APP = { Procfile: 'web: node web.js\n', 'web.js': SERVER };

/**
 * Stands for the framework's own command: writes down how it was called. What is asked for pending migrations fails
 * until something has migrated.
 */
export const STAND_IN = `#!/bin/bash
said="$(basename "$0") $*"
echo "$said" >> "$WITNESS"
case "$said" in
  *status* | *--check* | *check_current* | *abort_if* | *validate*) test -e "$WITNESS.migrated" ;;
  *) touch "$WITNESS.migrated" ;;
esac
`;

const json = (value: unknown): string => JSON.stringify(value, null, 2);
const node = (dependencies: Record<string, string>): string =>
  json({ scripts: { test: 'node --test' }, dependencies });

const RAILS = {
  ...APP,
  Gemfile: 'source "https://rubygems.org"\ngem "rails", "~> 8.0"\ngem "pg"\n',
  '.ruby-version': 'ruby-3.3.6\n',
  'config/database.yml': 'production: {}\n',
  'db/migrate/1_orders.rb': '# orders\n',
  'spec/order_spec.rb': '# spec\n',
  'bin/rails': STAND_IN,
};

/** The same files in a folder of the repository. */
export function below(folder: string, files: Fixture['files']): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

export const FIXTURES = {
  rails: {
    files: RAILS,
    change: 'db/migrate/2_customers.rb',
    migrate: 'bin/rails db:migrate',
    pending: 'bin/rails db:abort_if_pending_migrations',
    paths: 'db/migrate/**',
    test: ['cimg/ruby:3.3', 'bundle exec rspec'],
  },
  monorepo: {
    files: { 'README.md': '# Services\n', ...below('services/shop', RAILS) },
    change: 'services/shop/db/migrate/2_customers.rb',
    migrate: 'bin/rails db:migrate',
    pending: 'bin/rails db:abort_if_pending_migrations',
    paths: 'db/migrate/**',
    test: ['cimg/ruby:3.3', 'bundle exec rspec'],
  },
  django: {
    files: {
      ...APP,
      'manage.py':
        '#!/usr/bin/env python\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
      'requirements.txt': 'Django==5.1\npsycopg[binary]>=3\n',
      'runtime.txt': 'python-3.12.8\n',
      'orders/migrations/0001_initial.py': '# initial\n',
      'bin/python': STAND_IN,
    },
    change: 'orders/migrations/0002_customers.py',
    migrate: 'python manage.py migrate --noinput',
    pending: 'python manage.py migrate --check',
    paths: '**/migrations/*.py, requirements*.txt',
    test: ['cimg/python:3.12', 'python manage.py test'],
  },
  prisma: {
    files: {
      ...APP,
      'package.json': node({ prisma: '^6.1.0' }),
      'package-lock.json': '{}',
      'prisma/schema.prisma': 'datasource db {\n  provider = "postgresql"\n}\n',
      'prisma/migrations/1_init/migration.sql': 'select 1;\n',
      'bin/npx': STAND_IN,
    },
    change: 'prisma/migrations/2_more/migration.sql',
    migrate: 'npx prisma migrate deploy',
    pending: 'npx prisma migrate status',
    paths: 'prisma/migrations/**',
    test: ['cimg/node:lts', 'npm test'],
  },
  knex: {
    files: {
      ...APP,
      'package.json': node({ knex: '^3.1.0', pg: '^8' }),
      'yarn.lock': '',
      '.nvmrc': 'v22.14.0\n',
      'knexfile.js': "module.exports = { migrations: { tableName: 'm', directory: './db/migrations' } };\n",
      'db/migrations/1.js': '// one\n',
      'bin/npx': STAND_IN,
    },
    change: 'db/migrations/2.js',
    migrate: 'npx knex migrate:latest',
    pending: '',
    paths: 'db/migrations/**',
    test: ['cimg/node:22.14.0', 'yarn test'],
  },
  sequelize: {
    files: {
      ...APP,
      'package.json': node({ 'sequelize-cli': '^6.6.2' }),
      'package-lock.json': '{}',
      '.sequelizerc':
        "const path = require('path');\nmodule.exports = {\n  'migrations-path': path.resolve('database', 'migrations'),\n};\n",
      'database/migrations/1.js': '// one\n',
      'bin/npx': STAND_IN,
    },
    change: 'database/migrations/2.js',
    migrate: 'npx sequelize-cli db:migrate',
    pending: '',
    paths: 'database/migrations/**',
    test: ['cimg/node:lts', 'npm test'],
  },
  laravel: {
    files: {
      ...APP,
      artisan: '#!/usr/bin/env php\n',
      'composer.json': json({ require: { php: '^8.3', 'laravel/framework': '^11.0' } }),
      'composer.lock': json({ packages: [{ name: 'laravel/framework', version: 'v11.44.2' }] }),
      'database/migrations/1_orders.php': '<?php\n',
      'tests/Feature/OrderTest.php': '<?php\n',
      'bin/php': STAND_IN,
    },
    change: 'database/migrations/2_customers.php',
    migrate: 'php artisan migrate --force',
    pending: 'php artisan migrate:status --pending=1',
    paths: 'database/migrations/**, composer.lock',
    test: ['cimg/php:8.3', 'php artisan test'],
  },
  phoenix: {
    files: {
      ...APP,
      'mix.exs':
        'defp deps do\n  [{:phoenix, "~> 1.7"}, {:ecto_sql, "~> 3.12"}, {:postgrex, ">= 0.0.0"}]\nend\n',
      'priv/repo/migrations/1_orders.exs': '# orders\n',
      'test/order_test.exs': '# test\n',
      'bin/mix': STAND_IN,
    },
    change: 'priv/repo/migrations/2_customers.exs',
    migrate: 'mix ecto.migrate',
    pending: '',
    paths: 'priv/*/migrations/**',
    test: ['cimg/elixir:1.18-erlang-27.2.2', 'mix test'],
  },
  sinatra: {
    files: {
      ...APP,
      Gemfile: 'source "https://rubygems.org"\ngem "sinatra"\ngem "sinatra-activerecord"\n',
      '.ruby-version': '3.3.6\n',
      Rakefile: 'require "sinatra/activerecord/rake"\n',
      'db/migrate/1_orders.rb': '# orders\n',
      'spec/order_spec.rb': '# spec\n',
      'bin/bundle': STAND_IN,
    },
    change: 'db/migrate/2_customers.rb',
    migrate: 'bundle exec rake db:migrate',
    pending: 'bundle exec rake db:abort_if_pending_migrations',
    paths: 'db/migrate/**',
    test: ['cimg/ruby:3.3', 'bundle exec rspec'],
  },
  sequel: {
    files: {
      ...APP,
      Gemfile: 'source "https://rubygems.org"\ngem "roda"\ngem "sequel", "~> 5.80"\n',
      '.ruby-version': '3.3.6\n',
      'migrations/1_orders.rb': '# orders\n',
      'spec/order_spec.rb': '# spec\n',
      'bin/bundle': STAND_IN,
    },
    change: 'migrations/2_customers.rb',
    migrate: 'bundle exec sequel -m migrations "$DATABASE_URL"',
    pending: `bundle exec sequel -c "Sequel.extension :migration; Sequel::Migrator.check_current(DB, 'migrations')" "$DATABASE_URL"`,
    handedOn: [
      'bundle exec sequel -m migrations ',
      `bundle exec sequel -c Sequel.extension :migration; Sequel::Migrator.check_current(DB, 'migrations') `,
    ],
    paths: 'migrations/**',
    test: ['cimg/ruby:3.3', 'bundle exec rspec'],
  },
  'golang-migrate': {
    files: {
      ...APP,
      'go.mod': 'module shop\n\ngo 1.24\n\nrequire github.com/golang-migrate/migrate/v4 v4.18.2\n',
      'db/migrations/000001_orders.up.sql': 'select 1;\n',
      'db/migrations/000001_orders.down.sql': 'select 1;\n',
      'bin/migrate': STAND_IN,
    },
    change: 'db/migrations/000002_customers.up.sql',
    migrate: 'migrate -path db/migrations -database "$DATABASE_URL" up',
    pending: '',
    handedOn: ['migrate -path db/migrations -database  up', ''],
    paths: 'db/migrations/**',
    test: ['cimg/go:1.24', 'go test ./...'],
  },
  flyway: {
    files: {
      ...APP,
      'pom.xml': '<project><dependency>org.postgresql</dependency></project>\n',
      'system.properties': 'java.runtime.version=17\n',
      mvnw: '#!/bin/sh\n',
      'flyway.conf': 'flyway.locations=filesystem:sql\n',
      'sql/V1__orders.sql': 'select 1;\n',
      'bin/flyway': STAND_IN,
    },
    change: 'sql/V2__customers.sql',
    migrate: 'flyway migrate',
    pending: 'flyway validate',
    paths: 'sql/**',
    test: ['cimg/openjdk:17.0', './mvnw --batch-mode verify'],
  },
  node: {
    files: { ...APP, 'package.json': node({ express: '^5' }), 'package-lock.json': '{}' },
    change: 'more.js',
    migrate: '',
    pending: '',
    paths: '',
    test: ['cimg/node:lts', 'npm test'],
  },
  static: {
    files: { ...APP, 'public/index.html': '<h1>Hello</h1>\n' },
    change: 'public/more.html',
    migrate: '',
    pending: '',
    paths: '',
    test: undefined,
  },
} as const satisfies Record<string, Fixture>;

export type FixtureName = keyof typeof FIXTURES;
