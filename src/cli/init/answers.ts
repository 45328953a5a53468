import { checkAppName, checkMigrationPaths, migrationPaths } from '../../parameters/rules.ts';
import type { Asker } from './ask.ts';
import type { InitFlags } from './flags.ts';
import { appFolders, look, type Findings } from './look.ts';
import type { Answers, OrbImport, Target } from './plan.ts';
import { InitRefused } from './refusal.ts';
import type { Repository } from './repository.ts';
import { tellFindings, tellLook } from './tell.ts';

/** What is proposed for the migration, and why it may be nothing. */
type Proposal = Pick<Answers, 'migrateCommand' | 'pendingCommand' | 'migrationPaths'>;

const NO_MIGRATION: Proposal = { migrateCommand: '', pendingCommand: '', migrationPaths: [] };

/** What is asked, and about what. */
export interface Questions {
  readonly flags: InitFlags;
  readonly repository: Repository;
  /** Undefined where nobody can be asked: then every flag that is missing is named at once. */
  readonly asker: Asker | undefined;
  /** Whether a file would be written. */
  readonly writes: boolean;
  readonly orb: OrbImport;
  /** Says what was found, before anything is asked about it. */
  readonly tell: (lines: readonly string[]) => void;
}

/**
 * Takes what flags say, asks for the rest, and proposes what the repository tells.
 * @throws InitRefused naming every flag that is missing or wrong.
 * @throws InitStopped when somebody ends the questions.
 */
export async function answer(questions: Questions): Promise<{ findings: Findings; answers: Answers }> {
  const { flags, repository, orb, tell } = questions;
  refuse(wrongFlags(flags, repository));
  const asker = flags.yes === true ? undefined : questions.asker;
  const folders = flags.directory === undefined ? appFolders(repository) : [normal(flags.directory)];
  const missing: string[] = [];
  if (asker === undefined) {
    if (folders.length > 1)
      missing.push(`--directory <folder>: there are several apps (${folders.join(', ')}).`);
    if (flags.app === undefined && productionApps(repository).length !== 1) {
      missing.push('--app <name>: the Heroku app to deploy to; no git remote names just one.');
    }
    if (questions.writes && flags.yes !== true) {
      missing.push(
        '--yes, to write what is proposed, or --print, to see it: there is no terminal to ask at.',
      );
    }
  }
  // A refusal, which only comes where nobody can be asked, stands alone.
  if (asker !== undefined) tell(tellLook(repository));
  const directory =
    folders.length === 1 ? folders[0] : await asker?.choose('Which app is deployed?', folders);
  if (directory === undefined) throw refusalOf(missing);
  const findings = look(repository, directory);
  const proposals = proposalsOf(findings);
  if (asker === undefined && flags.migrateCommand === undefined && proposals.length > 1) {
    missing.push(
      `--migrate-command <command>: several frameworks migrate (${proposals.map((one) => one.migrateCommand).join('; ')}); empty for none.`,
    );
  }
  refuse(missing);
  if (asker === undefined) tell(tellLook(repository));
  tell(tellFindings(findings));
  const targets = await targetsOf(flags, repository, asker);
  return { findings, answers: { ...targets, ...(await migrationOf(flags, proposals, asker)), orb } };
}

async function targetsOf(
  flags: InitFlags,
  repository: Repository,
  asker: Asker | undefined,
): Promise<Pick<Answers, 'production' | 'staging'>> {
  const found = productionApps(repository);
  const app =
    flags.app ??
    (await asker?.text('Which Heroku app is production?', found[0] ?? '', checkAppName)) ??
    found[0] ??
    '';
  const remote = Object.entries(repository.apps).find(([name]) => /^(?:heroku-)?staging$/.test(name))?.[1];
  const other = (name: string): string | undefined =>
    name === '' ? undefined : name === app ? 'production has that name already' : checkAppName(name);
  const stagingApp =
    flags.stagingApp ??
    (await asker?.text('Which one is staging? Leave it empty for none.', remote ?? '', other)) ??
    remote ??
    '';
  const ask = (message: string, initial: string): Promise<string> =>
    asker?.text(message, initial, checkBranch) ?? Promise.resolve(initial);
  const hasStaging = stagingApp !== '' && stagingApp !== app;
  if (!hasStaging) refuse(ignored(flags, ['stagingBranch', 'stagingContext'], 'there is no --staging-app'));
  const stagingBranch = !hasStaging
    ? repository.branch
    : (flags.stagingBranch ?? (await ask('Which branch goes to staging?', repository.branch)));
  const branch = flags.productionBranch ?? (await ask('Which branch goes to production?', stagingBranch));
  refuse(
    unquotable({ ...(hasStaging ? { 'staging-branch': stagingBranch } : {}), 'production-branch': branch }),
  );
  const staging: Target = {
    app: stagingApp,
    branch: stagingBranch,
    context: flags.stagingContext ?? 'heroku-staging',
  };
  return {
    production: { app, branch, context: flags.context ?? 'heroku-production' },
    staging: hasStaging ? staging : undefined,
  };
}

async function migrationOf(
  flags: InitFlags,
  proposals: readonly Proposal[],
  asker: Asker | undefined,
): Promise<Proposal> {
  const command = flags.migrateCommand ?? (await askForMigration(proposals, asker));
  if (command.trim() === '') {
    refuse(ignored(flags, ['pendingMigrationsCommand', 'migrationPaths'], 'there is no --migrate-command'));
    return NO_MIGRATION;
  }
  // What asks for pending migrations, and where they lie, is known of the commands that we proposed alone.
  const known = proposals.find((one) => one.migrateCommand === command) ?? NO_MIGRATION;
  return {
    migrateCommand: command,
    pendingCommand: flags.pendingMigrationsCommand ?? known.pendingCommand,
    migrationPaths:
      flags.migrationPaths === undefined ? known.migrationPaths : migrationPaths(flags.migrationPaths),
  };
}

async function askForMigration(proposals: readonly Proposal[], asker: Asker | undefined): Promise<string> {
  const commands = proposals.map((one) => one.migrateCommand);
  if (asker === undefined || commands.length === 0) return commands[0] ?? '';
  if (commands.length === 1) {
    return asker.text('Which command migrates? Leave it empty for none.', commands[0] ?? '', () => undefined);
  }
  const none = 'no migration';
  const chosen = await asker.choose('Which command migrates?', [...commands, none]);
  return chosen === none ? '' : chosen;
}

/** One for each framework; none for an app that migrates by itself. */
function proposalsOf({ frameworks, migrated }: Findings): readonly Proposal[] {
  return migrated === undefined ? frameworks.map(({ migration }) => migration) : [];
}

/** The apps that a remote names as production; Heroku's own tools call that remote `heroku`. */
function productionApps({ apps }: Repository): readonly string[] {
  const named = (pattern: RegExp): string[] =>
    Object.entries(apps).flatMap(([remote, app]) => (pattern.test(remote) ? [app] : []));
  const production = named(/^(?:heroku-)?prod(?:uction)?$/);
  return [...new Set(production.length > 0 ? production : named(/^heroku$/))];
}

/** Everything that is wrong with the flags themselves. */
function wrongFlags(flags: InitFlags, repository: Repository): readonly string[] {
  const checks: readonly (readonly [string, string | undefined, (value: string) => string | undefined])[] = [
    ['app', flags.app, checkAppName],
    ['staging-app', flags.stagingApp, (value) => (value === '' ? undefined : checkAppName(value))],
    ['production-branch', flags.productionBranch, checkBranch],
    ['staging-branch', flags.stagingBranch, checkBranch],
    ['context', flags.context, checkContext],
    ['staging-context', flags.stagingContext, checkContext],
    [
      'migration-paths',
      flags.migrationPaths,
      (value) => (value === '' ? undefined : checkMigrationPaths(value)),
    ],
    ['directory', flags.directory, (value) => checkDirectory(value, repository)],
  ];
  const wrong = checks.flatMap(([name, value, check]) => {
    const fault = value === undefined ? undefined : check(value);
    return fault === undefined
      ? []
      : [`--${name} ${JSON.stringify(value)}: ${fault}${fault.endsWith('?') ? '' : '.'}`];
  });
  if (flags.app !== undefined && flags.app === flags.stagingApp) {
    wrong.push('--staging-app: that is the app of --app; leave it out where there is no staging.');
  }
  return wrong;
}

/** Flags that would change nothing: whoever gave them expects something else. */
function ignored(flags: InitFlags, names: readonly (keyof InitFlags)[], why: string): readonly string[] {
  return names.flatMap((name) =>
    flags[name] === undefined || flags[name] === ''
      ? []
      : [
          `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${why}, so it would be ignored.`,
        ],
  );
}

function checkDirectory(value: string, { files }: Repository): string | undefined {
  const folder = normal(value);
  return folder === '' || files.some((file) => file.startsWith(`${folder}/`))
    ? undefined
    : 'the repository has no files in such a folder; it is named from the repository’s top';
}

/** Git allows more in the name of a default branch than a filter's quotes can hold. */
function unquotable(branches: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(branches)
    .filter(([, branch]) => /["\\]|<</.test(branch))
    .map(([flag, branch]) => `--${flag} <name>: ${branch} cannot be written into a filter.`);
}

/** What stands between the quotes of a filter. */
function checkBranch(value: string): string | undefined {
  return /^[\w][\w./-]*$/.test(value) ? undefined : 'the name of a branch is wanted, such as main';
}

function checkContext(value: string): string | undefined {
  return /^[\w][\w ./-]*$/.test(value)
    ? undefined
    : 'the name of a CircleCI context is wanted, such as heroku-production';
}

function normal(directory: string): string {
  return directory
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
}

function refuse(reasons: readonly string[]): void {
  if (reasons.length > 0) throw refusalOf(reasons);
}

function refusalOf(reasons: readonly string[]): InitRefused {
  return new InitRefused(reasons);
}
