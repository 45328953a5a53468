import { cacheOf } from '../../../src/cli/init/caches.ts';
import { appFolders, look, matches, type Findings } from '../../../src/cli/init/look.ts';
import { testJob } from '../../../src/cli/init/plan.ts';
import { inMemory } from './support/in-memory.ts';

type Files = Readonly<Record<string, string>>;

const lookAt = (files: Files, directory = ''): Findings => look(inMemory(files), directory);
const migrationOf = (files: Files) => lookAt(files).frameworks[0]?.migration;
const json = JSON.stringify;

describe('what a version or a setting of the app changes', () => {
  test.each([
    ['10', '^10.48', ''],
    ['11.6', 'v11.6.0', ''],
    ['11.7', 'v11.7.0', 'php artisan migrate:status --pending=1'],
    ['12', '^12.0', 'php artisan migrate:status --pending=1'],
  ])('Laravel %s', (_what, version, pending) => {
    const files = { artisan: '', 'composer.json': json({ require: { 'laravel/framework': version } }) };
    expect(migrationOf(files)?.pendingCommand).toBe(pending);
    expect(migrationOf(files)?.noPendingBecause === undefined).toBe(pending !== '');
  });

  test('the lock tells more than composer.json', () => {
    const files = {
      artisan: '',
      'composer.json': json({ require: { 'laravel/framework': '^11.0' } }),
      'composer.lock': json({ packages: [{ name: 'laravel/framework', version: 'v11.44.2' }] }),
    };
    expect(migrationOf(files)?.pendingCommand).not.toBe('');
  });

  test.each([
    ['^4.2.1', ''],
    ['^4.3.0', 'npx prisma migrate status'],
  ])('Prisma %s', (version, pending) => {
    const files = {
      'prisma/schema.prisma': '',
      'prisma/migrations/1/migration.sql': '',
      'package.json': json({ dependencies: { prisma: version } }),
    };
    expect(migrationOf(files)?.pendingCommand).toBe(pending);
  });

  test('Prisma without migrations is pushed by hand, and nothing is proposed', () => {
    expect(lookAt({ 'prisma/schema.prisma': '', 'package.json': '{}' }).frameworks).toEqual([]);
  });

  test('a command that Heroku prunes after the build is told', () => {
    const files = { 'knexfile.ts': '', 'package.json': json({ devDependencies: { knex: '3' } }) };
    expect(migrationOf(files)?.notes).toEqual([
      expect.stringContaining('`knex` is a development dependency'),
    ]);
  });

  test('Rails without its own bin/rails', () => {
    const files = { Gemfile: "gem 'rails'", 'config/database.yml': '' };
    expect(migrationOf(files)).toMatchObject({
      migrateCommand: 'bundle exec rails db:migrate',
      pendingCommand: 'bundle exec rails db:abort_if_pending_migrations',
      migrationPaths: [],
    });
  });

  test('Rails without a database has nothing to migrate', () => {
    expect(lookAt({ Gemfile: "gem 'rails'" }).frameworks).toEqual([]);
  });

  test('several databases of Rails', () => {
    const files = {
      'Gemfile.lock': 'GEM\n  specs:\n    rails (8.0.1)\n',
      'db/migrate/1.rb': '',
      'db/animals_migrate/1.rb': '',
    };
    expect(migrationOf(files)?.migrationPaths).toEqual(['db/migrate/**', 'db/*_migrate/**']);
  });

  test('Knex, with its file and folder elsewhere', () => {
    const files = {
      'package.json': '{}',
      'src/knexfile.ts': 'export default { migrations: { directory: "./schema" } };',
      'src/schema/1.ts': '',
    };
    expect(migrationOf(files)).toMatchObject({
      migrateCommand: 'npx knex migrate:latest --knexfile src/knexfile.ts',
      migrationPaths: ['src/schema/**'],
    });
  });

  test('Alembic, alone and behind Flask', () => {
    expect(migrationOf({ 'alembic.ini': '', 'alembic/versions/1.py': '' })).toMatchObject({
      migrateCommand: 'alembic upgrade head',
      migrationPaths: ['alembic/versions/**'],
    });
    const flask = { 'migrations/alembic.ini': '', 'requirements.txt': 'Flask_Migrate>=4\n' };
    expect(migrationOf(flask)?.migrateCommand).toBe('flask db upgrade');
  });
});

describe('an app that migrates by itself', () => {
  const rails = { Gemfile: "gem 'rails'", 'db/migrate/1.rb': '' };

  test.each([
    ['in its release phase', { Procfile: 'web: x\nrelease: bin/rails db:migrate\n' }, 'release', 'migrates'],
    [
      'in a script of its release phase',
      { Procfile: 'release: ./bin/release.sh', 'bin/release.sh': 'rake db:migrate' },
      'release',
      'migrates',
    ],
    [
      'not, but its release phase is in the way',
      { Procfile: 'web: x\nrelease: ./notify' },
      'release',
      'does not look like a migration',
    ],
    [
      'in the release section of heroku.yml',
      {
        'heroku.yml':
          'build:\n  docker:\n    web: Dockerfile\nrelease:\n  command:\n    - rake db:migrate\n  image: web\n',
      },
      'release',
      'migrates (rake db:migrate)',
    ],
    ['when web starts', { Procfile: 'web: rake db:migrate && puma' }, 'boot', 'process web migrates'],
    [
      'in an npm script',
      {
        Procfile: 'web: npm run serve',
        'package.json': json({ scripts: { serve: 'prisma migrate deploy && node .' } }),
      },
      'boot',
      'process web migrates',
    ],
    [
      'in the script start',
      { 'package.json': json({ scripts: { start: 'knex migrate:latest && node .' } }) },
      'boot',
      'script `start`',
    ],
  ])('%s', (_what, files, by, why) => {
    const { migrated } = lookAt({ ...rails, ...files });
    expect(migrated).toEqual({ by, why: expect.stringContaining(why) });
  });

  test('with Spring Boot and Flyway on its class path', () => {
    const pom = '<artifactId>spring-boot-starter</artifactId><artifactId>flyway-core</artifactId>';
    expect(lookAt({ 'pom.xml': pom }).migrated?.why).toContain('SPRING_FLYWAY_ENABLED=false');
    expect(lookAt({ 'pom.xml': '<artifactId>flyway-core</artifactId>' }).migrated).toBeUndefined();
  });

  test.each([
    ['application.properties', 'spring.flyway.enabled=false\n', false],
    ['application.yml', 'spring:\n  jpa:\n    x: 1\n  flyway:\n    url: x\n    enabled: false\n', false],
    ['application.yaml', 'spring:\n  flyway:\n    url: x\n  jpa:\n    enabled: false\n', true],
    ['application-test.properties', 'spring.flyway.enabled=false\n', true],
  ])('unless %s switches it off', (name, text, migrates) => {
    const gradle = "id 'org.springframework.boot'\nimplementation 'org.flywaydb:flyway-core'";
    const { migrated } = lookAt({ 'build.gradle': gradle, [`src/main/resources/${name}`]: text });
    expect(migrated !== undefined).toBe(migrates);
  });

  test('or does not', () => {
    expect(
      lookAt({ ...rails, Procfile: 'web: bin/rails server\nworker: sidekiq\n' }).migrated,
    ).toBeUndefined();
  });
});

describe('the cache', () => {
  test.each([
    ['memcached', { Gemfile: 'gem "dalli"\ngem "redis"' }],
    ['memcached', { 'requirements.txt': 'django_bmemcached==0.3\n' }],
    ['memcached', { 'pyproject.toml': 'dependencies = ["pylibmc>=1"]' }],
    ['memcached', { 'package.json': json({ dependencies: { memjs: '1' } }) }],
    ['memcached', { 'app.json': json({ addons: [{ plan: 'memcachier:dev' }] }) }],
    ['redis', { 'package.json': json({ dependencies: { ioredis: '5' } }) }],
    ['redis', { 'app.json': json({ addons: ['heroku-redis:mini'] }) }],
    [undefined, { 'package.json': json({ dependencies: { 'memjs-mock': '1' } }), 'app.json': '{broken' }],
  ])('is %s', (kind, files) => {
    expect(cacheOf(lookAt(files).app)?.kind).toBe(kind);
  });

  test('in Redis is cleared by the framework, if at all', () => {
    expect(cacheOf(lookAt({ Gemfile: 'gem "rails"\ngem "redis"' }).app)?.command).toBe(
      'bin/rails runner "Rails.cache.clear"',
    );
  });
});

describe('where the app is', () => {
  test.each([
    ['at the top with a Procfile, whatever lies below', { Procfile: '', 'web/Procfile': '' }, ['']],
    ['in the folder with a Procfile', { 'package.json': '{}', 'backend/Procfile': '' }, ['backend']],
    ['in several', { 'services/b/Procfile': '', 'services/a/Procfile': '' }, ['services/a', 'services/b']],
    ['where a language is told', { 'README.md': '', 'api/Gemfile': '' }, ['api']],
    ['at the top of a workspace', { 'package.json': '{}', 'packages/a/package.json': '{}' }, ['']],
    ['not in what is only tested or installed', { 'test/app/Procfile': '', 'vendor/x/Procfile': '' }, ['']],
  ])('%s', (_what, files: Files, folders) => {
    expect(appFolders(inMemory(files))).toEqual(folders);
  });

  test('its migrations are named from its folder, in which tests run, too', () => {
    const findings = lookAt(
      { 'api/Gemfile': 'gem "rails"', 'api/db/migrate/1.rb': '', 'api/test/a.rb': '', 'db/migrate/1.rb': '' },
      'api',
    );
    expect(findings.frameworks[0]?.migration.migrationPaths).toEqual(['db/migrate/**']);
    expect(testJob(findings)?.directory).toBe('api');
  });
});

test.each([
  ['Git LFS', { '.gitattributes': '*.psd filter=lfs diff=lfs' }],
  ['Submodules', { '.gitmodules': '[submodule "x"]' }],
  ['There is no Procfile, and no language', { 'README.md': '' }],
  ['There is no Procfile: Heroku starts', { 'package.json': '{}' }],
  ['heroku stack:set container', { 'heroku.yml': 'build:\n  docker:\n    web: Dockerfile\n' }],
  ['names no web process', { Procfile: 'worker: x' }],
])('a person is warned: %s', (warning, files: Files) => {
  expect(lookAt(files).warnings.join('\n')).toContain(warning);
});

test('a test script that npm init wrote is none', () => {
  const files = { 'package.json': json({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }) };
  expect(testJob(lookAt(files))).toBeUndefined();
});

test.each([
  ['cimg/go:1.22', { 'go.mod': 'module x\n\ngo 1.22.3\n' }, 'go test ./...'],
  ['cimg/openjdk:21.0', { 'build.gradle.kts': '', gradlew: '' }, './gradlew check'],
  [
    'cimg/ruby:3.2-node',
    { Gemfile: '', 'package.json': '{}', '.tool-versions': 'nodejs 20\nruby 3.2.1\n', 'test/a.rb': '' },
    'bundle exec rake test',
  ],
  [
    'cimg/python:3.13',
    { 'pyproject.toml': '[tool.x]\npytest = "8"', 'poetry.lock': '' },
    'poetry run pytest',
  ],
  ['cimg/node:lts', { 'package.json': json({ scripts: { test: 'x' } }), 'pnpm-lock.yaml': '' }, 'pnpm test'],
  ['cimg/ruby:3.3.6', { Gemfile: 'source "x"\nruby "3.3.6"\n', 'spec/a.rb': '' }, 'bundle exec rspec'],
  ['cimg/ruby:3.3', { Gemfile: "ruby '~> 3.3.0'\n", 'spec/a.rb': '' }, 'bundle exec rspec'],
  [
    'cimg/ruby:3.3.6',
    { Gemfile: 'ruby file: ".ruby-version"\n', '.ruby-version': 'ruby-3.3.6\n', 'spec/a.rb': '' },
    'bundle exec rspec',
  ],
  [
    'cimg/elixir:1.15-erlang-26.2.1',
    {
      'mix.exs': '',
      'elixir_buildpack.config': '# x\nelixir_version=1.15.7\nerlang_version=26.2.5\n',
      'test/a.exs': '',
    },
    'mix test',
  ],
  [
    'cimg/elixir:1.17-erlang-27.2.2',
    { 'mix.exs': '', '.tool-versions': 'erlang 28.1\nelixir 1.17.3-otp-27\n', 'test/a.exs': '' },
    'mix test',
  ],
  ['cimg/elixir:1.18-erlang-27.2.2', { 'mix.exs': '', 'test/a.exs': '' }, 'mix test'],
  ['cimg/php:8.4', { 'index.php': '', 'phpunit.xml': '' }, 'vendor/bin/phpunit'],
])('tests run on %s', (image, files: Files, command) => {
  const job = testJob(lookAt(files));
  expect([job?.image, job?.steps.at(-1)?.command]).toEqual([image, command]);
});

test.each([
  ['Spring Boot', { 'pom.xml': 'spring-boot org.postgresql' }, 'jdbc:postgresql://localhost:5432/test'],
  ['another Java app', { 'pom.xml': 'org.postgresql' }, undefined],
  ['Spring Boot without Postgres', { 'pom.xml': 'spring-boot' }, undefined],
])('the database of the tests is told to %s', (_what, files: Files, url) => {
  expect(testJob(lookAt(files))?.environment['SPRING_DATASOURCE_URL']).toBe(url);
});

test.each([
  ['db/migrate/1.rb', 'db/migrate/**', true],
  ['a/b/migrations/1.py', '**/migrations/*.py', true],
  ['migrations/1.py', '**/migrations/*.py', true],
  ['a/migrations/deep/1.py', '**/migrations/*.py', false],
  ['requirements-dev.txt', 'requirements*.txt', true],
  ['x/requirements.txt', 'requirements*.txt', false],
])('%s and the pattern %s', (path, pattern, expected) => {
  expect(matches(path, pattern)).toBe(expected);
});

test('a manage.py that is not Django’s is said to be none, and why', () => {
  const bare = lookAt({ 'manage.py': 'from flask_script import Manager', 'requirements.txt': 'flask' });
  expect(bare.frameworks).toEqual([]);
  expect(bare.warnings).toContainEqual(expect.stringContaining('manage.py does not speak of Django'));
  const django = lookAt({ 'manage.py': 'import django', 'requirements.txt': 'Django==5.2' });
  expect(django.warnings).not.toContainEqual(expect.stringContaining('manage.py'));
});
