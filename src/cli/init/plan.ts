import { ORB_NAME } from '../../orb/context.ts';
import { LANGUAGES, type TestStep } from './languages.ts';
import type { Findings } from './look.ts';

/** One app and how it is deployed to. */
export interface Target {
  readonly app: string;
  readonly branch: string;
  readonly context: string;
}

/** All that was asked or given. */
export interface Answers {
  readonly production: Target;
  readonly staging: Target | undefined;
  readonly migrateCommand: string;
  readonly pendingCommand: string;
  readonly migrationPaths: readonly string[];
  readonly orb: OrbImport;
}

/** How the configuration imports the orb: a reference, an address, or the packed orb itself. */
export interface OrbImport {
  readonly source: 'registry' | 'url' | 'inline';
  readonly value: string;
}

/** A line of a mapping in the configuration, with what is said about it. */
export interface Line {
  readonly key: string;
  readonly value: unknown;
  /** A comment before the line. */
  readonly before?: string;
  /** A comment at its end. */
  readonly behind?: string;
}

/** A job's place in a workflow. */
export interface Entry {
  readonly job: string;
  readonly before?: string;
  readonly lines: readonly Line[];
}

/** What `init` would write, before it is text. */
export interface Plan {
  readonly orb: OrbImport;
  readonly test: TestJob | undefined;
  readonly entries: readonly Entry[];
}

export interface TestJob {
  readonly image: string;
  /** A Postgres runs beside it, and is waited for first. */
  readonly postgres: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Where its steps run; empty for the top of the repository. */
  readonly directory: string;
  readonly steps: readonly TestStep[];
}

/** What CircleCI's jobs are called, where a configuration has taken the usual names already. */
export interface Names {
  /** Jobs that must have succeeded before anything is deployed. */
  readonly requires: readonly string[];
  readonly taken: ReadonlySet<string>;
  /** What the orb is called in the configuration. */
  readonly alias: string;
}

/** The whole proposal for a repository without a configuration. */
export function planOf(findings: Findings, answers: Answers): Plan {
  const test = testJob(findings);
  const names = { requires: test === undefined ? [] : ['test'], taken: new Set(['test']), alias: ORB_NAME };
  return { orb: answers.orb, test, entries: entriesOf(findings, answers, names) };
}

/** The deployments, the approval between them, and the jobs that put back what a lost one left. */
export function entriesOf(findings: Findings, answers: Answers, names: Names): readonly Entry[] {
  const { production, staging } = answers;
  const own = deployLines(findings, answers);
  if (staging === undefined) {
    return pair(production, own, { names, suffix: '', requires: names.requires });
  }
  const same = staging.branch === production.branch;
  const approve = free('approve-production', names);
  return [
    ...pair(staging, own, { names, suffix: '-staging', requires: names.requires }),
    {
      job: approve,
      before: 'CircleCI waits here until a person approves.',
      lines: [
        { key: 'type', value: 'approval' },
        ...requiresLine(same ? [free('deploy-staging', names)] : names.requires),
        { key: 'filters', value: onBranch(production.branch) },
      ],
    },
    ...pair(production, own, { names, suffix: '-production', requires: [approve] }).map(uncommented),
  ];
}

/** What is said of the one app need not be said of the other again. */
function uncommented({ job, lines }: Entry): Entry {
  return { job, lines: lines.map(({ key, value }) => ({ key, value })) };
}

function pair(
  { app, branch, context }: Target,
  own: readonly Line[],
  { names, suffix, requires }: { names: Names; suffix: string; requires: readonly string[] },
): readonly Entry[] {
  const deploy = free(`deploy${suffix}`, names);
  return [
    {
      job: `${names.alias}/deploy`,
      lines: [
        { key: 'name', value: deploy },
        ...requiresLine(requires),
        { key: 'context', value: [context], behind: 'holds HEROKU_API_KEY' },
        { key: 'serial-group', value: `heroku/${app}`, behind: 'one deployment of the app at a time' },
        { key: 'filters', value: onBranch(branch) },
        { key: 'app-name', value: app },
        ...own,
      ],
    },
    {
      job: `${names.alias}/recover`,
      before:
        'A job that is cancelled is killed and puts nothing back itself. Switch auto-cancel redundant workflows\noff in the project settings where you deploy from another branch than the default one.',
      lines: [
        { key: 'name', value: free(`recover${suffix}`, names) },
        { key: 'requires', value: [{ [deploy]: ['failed', 'canceled'] }] },
        { key: 'context', value: [context] },
        {
          key: 'serial-group',
          value: `heroku/${app}-recover`,
          behind: 'a serial group may stand only once in a workflow',
        },
        { key: 'filters', value: onBranch(branch) },
        { key: 'app-name', value: app },
      ],
    },
  ];
}

/** The parameters of `deploy` that follow from the app itself. */
function deployLines({ app, cache }: Findings, answers: Answers): readonly Line[] {
  const { migrateCommand, pendingCommand, migrationPaths } = answers;
  const lines: Line[] = [];
  if (app.directory !== '') {
    lines.push({ key: 'app-directory', value: literal(app.directory), behind: 'deployed as the app’s root' });
  }
  if (migrateCommand !== '') {
    lines.push({
      key: 'migrate-command',
      value: literal(migrateCommand),
      before:
        'With a migration: maintenance page on, workers stopped, backup, deployment, migration, all of it back.',
    });
    if (pendingCommand !== '') {
      lines.push({
        key: 'pending-migrations-command',
        value: literal(pendingCommand),
        before: 'Ends with 0 where nothing is pending; asked again after a migration, as proof.',
      });
    }
    if (migrationPaths.length > 0) {
      lines.push({
        key: 'migration-paths',
        value: literal(migrationPaths.join(', ')),
        before: 'Where none of these files has changed there is nothing to migrate, and no window.',
      });
    }
  }
  if (cache?.kind === 'memcached') {
    lines.push({
      key: 'flush-cache',
      value: true,
      before: `Assumed from ${cache.by}: a memcached add-on. Take this out where the app has none.`,
    });
  }
  return lines;
}

/** The job that tests, where the app's language and its tests are known. */
export function testJob({ language, app }: Findings): TestJob | undefined {
  if (language === undefined) return undefined;
  const known = LANGUAGES[language];
  const command = known.test(app);
  if (command === undefined) return undefined;
  const postgres = known.postgres(app);
  return {
    image: known.image(app),
    postgres,
    environment: {
      ...('environment' in known ? known.environment(app) : {}),
      ...(postgres ? { DATABASE_URL: 'postgresql://postgres:postgres@localhost:5432/test' } : {}),
    },
    directory: app.directory,
    steps: [...known.prepare(app), { name: 'Test', command }],
  };
}

/** The name, or one with `-to-heroku` where a configuration has a job of that name already. */
function free(name: string, { taken }: Names): string {
  return taken.has(name) ? `${name}-to-heroku` : name;
}

function requiresLine(names: readonly string[]): readonly Line[] {
  return names.length === 0 ? [] : [{ key: 'requires', value: names }];
}

/** Text in which CircleCI's compiler shall see no template of its own (Configuration reference: `<<` is escaped). */
function literal(text: string): string {
  return text.replaceAll('<<', '\\<<');
}

function onBranch(branch: string): string {
  return `pipeline.git.branch == "${branch}"`;
}
