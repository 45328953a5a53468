import type { AppFolder } from './app-folder.ts';
import { elixirImage, nodeVersion, pinned, rubyVersion } from './image-versions.ts';
import { gemHas, hasSpringBoot, javaBuild, packageJson, pythonHas } from './manifests.ts';

/** A step of the `test` job. */
export interface TestStep {
  readonly name: string;
  readonly command: string;
}

/** A language that Heroku builds: how it is recognized, and how its tests run on CircleCI. */
export interface Language {
  readonly title: string;
  readonly found: (app: AppFolder) => boolean;
  /** CircleCI's own image for it, in the version that the app names. */
  readonly image: (app: AppFolder) => string;
  /** Whether its tests want a Postgres: the driver is among what the app needs. */
  readonly postgres: (app: AppFolder) => boolean;
  /** Variables that tests are run with. */
  readonly environment?: (app: AppFolder) => Readonly<Record<string, string>>;
  readonly prepare: (app: AppFolder) => readonly TestStep[];
  /** The command that tests; undefined where the app has no tests that can be recognized. */
  readonly test: (app: AppFolder) => string | undefined;
}

/** In this order an app's language is told: a package.json stands beside much else. */
export const LANGUAGES = {
  ruby: {
    title: 'Ruby',
    found: (app) => app.has('Gemfile'),
    image: (app) => `cimg/ruby:${rubyVersion(app)}${app.has('package.json') ? '-node' : ''}`,
    postgres: (app) => gemHas(app, 'pg'),
    environment: (app): Record<string, string> => (gemHas(app, 'rails') ? { RAILS_ENV: 'test' } : {}),
    prepare: (app) => [
      { name: 'Install gems', command: 'bundle install' },
      ...(app.has('package.json') ? nodeInstall(app) : []),
      ...(gemHas(app, 'rails') && app.has('config/database.yml')
        ? [{ name: 'Prepare the test database', command: 'bundle exec rails db:test:prepare' }]
        : []),
    ],
    test: (app) => {
      if (app.hasFolder('spec')) return 'bundle exec rspec';
      if (!app.hasFolder('test')) return undefined;
      return gemHas(app, 'rails') ? 'bundle exec rails test' : 'bundle exec rake test';
    },
  },
  python: {
    title: 'Python',
    found: (app) =>
      app.firstOf('requirements.txt', 'Pipfile', 'pyproject.toml', 'manage.py', 'setup.py') !== undefined,
    image: (app) =>
      `cimg/python:${/\d+\.\d+/.exec(pinned(app, 'python', '.python-version', 'runtime.txt'))?.[0] ?? '3.13'}`,
    postgres: (app) =>
      ['psycopg', 'psycopg2', 'psycopg2-binary', 'asyncpg'].some((name) => pythonHas(app, name)),
    prepare: (app) => {
      const command = app.has('uv.lock')
        ? 'pip install uv && uv sync'
        : app.has('poetry.lock')
          ? 'poetry install --no-interaction'
          : app.has('Pipfile')
            ? 'pipenv install --dev'
            : app.has('requirements.txt')
              ? `pip install ${pipArguments(app).join(' ')}`
              : app.firstOf('pyproject.toml', 'setup.py') !== undefined
                ? 'pip install .'
                : undefined;
      return command === undefined ? [] : [{ name: 'Install packages', command }];
    },
    test: (app) => {
      const run = app.has('uv.lock')
        ? 'uv run '
        : app.has('poetry.lock')
          ? 'poetry run '
          : app.has('Pipfile')
            ? 'pipenv run '
            : '';
      if (usesPytest(app)) return `${run}pytest`;
      if (app.has('manage.py')) return `${run}python manage.py test`;
      return app.hasFolder('tests') || app.hasFolder('test')
        ? `${run}python -m unittest discover`
        : undefined;
    },
  },
  php: {
    title: 'PHP',
    // Heroku’s buildpack takes an index.php alone for PHP, too (its bin/detect).
    found: (app) => app.firstOf('composer.json', 'index.php') !== undefined,
    image: (app) => {
      const [, wanted] = /"php"\s*:\s*"[^"\d]*(\d+\.\d+)/.exec(app.read('composer.json')) ?? [];
      return `cimg/php:${wanted ?? '8.4'}${app.has('package.json') ? '-node' : ''}`;
    },
    postgres: (app) => /"ext-pdo_pgsql"|"ext-pgsql"/.test(app.read('composer.json')),
    prepare: (app) => [
      { name: 'Install packages', command: 'composer install --no-interaction --prefer-dist' },
      ...(app.has('artisan') && app.has('.env.example')
        ? [{ name: 'Make a key for the tests', command: 'cp .env.example .env && php artisan key:generate' }]
        : []),
    ],
    test: (app) => {
      if (app.has('artisan') && app.hasFolder('tests')) return 'php artisan test';
      return app.firstOf('phpunit.xml', 'phpunit.xml.dist') === undefined ? undefined : 'vendor/bin/phpunit';
    },
  },
  elixir: {
    title: 'Elixir',
    found: (app) => app.has('mix.exs'),
    image: elixirImage,
    postgres: (app) => /:postgrex\b/.test(app.read('mix.exs')),
    environment: (): Record<string, string> => ({ MIX_ENV: 'test' }),
    prepare: () => [
      { name: 'Get packages', command: 'mix local.hex --force && mix local.rebar --force && mix deps.get' },
    ],
    test: (app) => (app.hasFolder('test') ? 'mix test' : undefined),
  },
  go: {
    title: 'Go',
    found: (app) => app.has('go.mod'),
    image: (app) => `cimg/go:${/^go (\d+\.\d+)/m.exec(app.read('go.mod'))?.[1] ?? '1.24'}`,
    postgres: (app) => /github\.com\/(?:lib\/pq|jackc\/pgx)/.test(app.read('go.mod')),
    prepare: () => [],
    test: () => 'go test ./...',
  },
  java: {
    title: 'Java',
    found: (app) => app.firstOf('pom.xml', 'build.gradle', 'build.gradle.kts') !== undefined,
    image: (app) =>
      `cimg/openjdk:${/java\.runtime\.version\s*=\s*(\d+)/.exec(app.read('system.properties'))?.[1] ?? '21'}.0`,
    postgres: usesPostgres,
    // What Heroku’s Java buildpacks make of DATABASE_URL (Dev Center: Connecting to Relational Databases with Java).
    environment: (app): Record<string, string> =>
      usesPostgres(app) && hasSpringBoot(app)
        ? {
            SPRING_DATASOURCE_URL: 'jdbc:postgresql://localhost:5432/test',
            SPRING_DATASOURCE_USERNAME: 'postgres',
            SPRING_DATASOURCE_PASSWORD: 'postgres',
          }
        : {},
    prepare: () => [],
    test: (app) => {
      if (app.has('pom.xml')) return `${app.has('mvnw') ? './mvnw' : 'mvn'} --batch-mode verify`;
      return app.has('gradlew') ? './gradlew check' : 'gradle check';
    },
  },
  node: {
    title: 'Node.js',
    found: (app) => app.has('package.json'),
    image: (app) => `cimg/node:${nodeVersion(app)}`,
    postgres: (app) =>
      Object.hasOwn(packageJson(app).dependencies, 'pg') ||
      /provider\s*=\s*"postgres(?:ql)?"/.test(app.read('prisma/schema.prisma')),
    prepare: (app) => nodeInstall(app),
    test: (app) => {
      const script = packageJson(app).scripts['test'];
      // What `npm init` writes fails on purpose.
      if (script === undefined || script.includes('no test specified')) return undefined;
      return app.has('yarn.lock') ? 'yarn test' : app.has('pnpm-lock.yaml') ? 'pnpm test' : 'npm test';
    },
  },
} as const satisfies Record<string, Language>;

export type LanguageName = keyof typeof LANGUAGES;

/** The language that an app is written in; undefined where nothing tells. */
export function languageOf(app: AppFolder): LanguageName | undefined {
  return (Object.keys(LANGUAGES) as LanguageName[]).find((name) => LANGUAGES[name].found(app));
}

function nodeInstall(app: AppFolder): readonly TestStep[] {
  const command = app.has('yarn.lock')
    ? 'yarn install --frozen-lockfile'
    : app.has('pnpm-lock.yaml')
      ? 'sudo corepack enable && pnpm install --frozen-lockfile'
      : app.has('package-lock.json')
        ? 'npm ci'
        : 'npm install';
  return [{ name: 'Install packages', command }];
}

function usesPytest(app: AppFolder): boolean {
  return pythonHas(app, 'pytest') || app.firstOf('pytest.ini', 'conftest.py') !== undefined;
}

/** What Heroku installs, and besides what only tests need: Heroku reads no other file than requirements.txt. */
function pipArguments(app: AppFolder): readonly string[] {
  const further = app.files.filter((path) =>
    /^(?:requirements[-_./])?(?:dev|develop|development|tests?|testing|ci)(?:[-_]requirements)?\.txt$/.test(
      path,
    ),
  );
  return [
    ...['requirements.txt', ...further].map((path) => `-r ${path}`),
    ...(usesPytest(app) && !pythonHas(app, 'pytest') ? ['pytest'] : []),
  ];
}

function usesPostgres(app: AppFolder): boolean {
  return javaBuild(app).includes('org.postgresql');
}
