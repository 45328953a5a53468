import { AppFolder } from './app-folder.ts';
import { cacheOf, type Cache } from './caches.ts';
import { FRAMEWORKS, type Framework, type Migration } from './frameworks.ts';
import { languageOf, type LanguageName } from './languages.ts';
import type { Repository } from './repository.ts';
import { migratingBuild, procfile, whoMigrates, type AlreadyMigrated } from './who-migrates.ts';

/** A framework as this app has it. */
export interface FoundFramework {
  readonly framework: Framework;
  readonly migration: Migration;
}

/** What looking at one app's folder told. */
export interface Findings {
  readonly app: AppFolder;
  readonly language: LanguageName | undefined;
  readonly frameworks: readonly FoundFramework[];
  readonly migrated: AlreadyMigrated | undefined;
  readonly cache: Cache | undefined;
  /** What a person has to know before the first deployment, in whole sentences. */
  readonly warnings: readonly string[];
}

/** Folders in which nobody keeps an app that is deployed. */
const ELSEWHERE = /(?:^|\/)(?:node_modules|vendor|test|tests|spec|fixtures|examples?|docs?|samples?)(?:\/|$)/;

/**
 * The folders of the repository that may be deployed, the top being an empty string: where a Procfile or heroku.yml
 * is, the top first; without any, where a language is told.
 */
export function appFolders(repository: Repository): readonly string[] {
  const { files } = repository;
  const folders = [...new Set(files.map(folderOf))].filter(
    (folder) => folder.split('/').length <= 3 && !ELSEWHERE.test(folder),
  );
  const marked = folders.filter((folder) =>
    ['Procfile', 'heroku.yml'].some((name) => files.includes(folder === '' ? name : `${folder}/${name}`)),
  );
  if (marked.includes('')) return [''];
  if (marked.length > 0) return marked.sort();
  const written = folders.filter((folder) => languageOf(folderAt(repository, folder)) !== undefined);
  // The folders of a workspace belong to the app at the top.
  return written.length === 0 || written.includes('') ? [''] : written.sort();
}

/** Looks at the app in a folder of the repository. */
export function look(repository: Repository, directory: string): Findings {
  const app = folderAt(repository, directory);
  const frameworks = FRAMEWORKS.filter((one) => one.found(app)).map((framework) => ({
    framework,
    migration: refined(framework, app),
  }));
  return {
    app,
    language: frameworks[0]?.framework.language ?? languageOf(app),
    frameworks,
    migrated: whoMigrates(app),
    cache: cacheOf(app),
    warnings: warningsOf(repository, app),
  };
}

/** What is proposed for this app. A pattern that matches no file would have every commit migrated, so it is left out. */
function refined(framework: Framework, app: AppFolder): Migration {
  const { migrateCommand, pendingCommand, noPendingBecause, migrationPaths, notes = [] } = framework;
  const own = framework.refine?.(app) ?? {};
  const paths = own.migrationPaths ?? migrationPaths;
  return {
    migrateCommand,
    pendingCommand,
    ...(noPendingBecause === undefined ? {} : { noPendingBecause }),
    ...own,
    migrationPaths: paths.filter((pattern) => app.files.some((file) => matches(file, pattern))),
    notes: [...notes, ...(own.notes ?? [])],
  };
}

/** As git's pathspec magic `glob` has it: `*` stays within a folder, `**` does not. */
export function matches(path: string, pattern: string): boolean {
  const expression = pattern
    .split(/(\*\*\/|\*\*|\*)/)
    .map(
      (part) =>
        ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' })[part] ?? part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${expression}$`).test(path);
}

function warningsOf(repository: Repository, app: AppFolder): readonly string[] {
  const top = folderAt(repository, '');
  const warnings: string[] = [];
  if (top.files.some((path) => /(?:^|\/)\.gitattributes$/.test(path) && /filter=lfs/.test(top.read(path)))) {
    warnings.push(
      'Git LFS: Heroku gets pointers instead of the files that .gitattributes names. An LFS buildpack can fetch them in the build.',
    );
  }
  if (top.has('.gitmodules')) {
    warnings.push(
      'Submodules: Heroku fetches them in the build, without your keys, so only public ones over https arrive there.',
    );
  }
  const script = migratingBuild(app);
  if (script !== undefined) {
    warnings.push(
      `The script \`${script}\` of package.json migrates while Heroku builds, before the code that needs it is released and whatever becomes of the build: take the migration out of it.`,
    );
  }
  if (app.has('heroku.yml')) {
    warnings.push(
      'heroku.yml: Heroku builds the images after `heroku stack:set container`, and only then. Of images it does not tell which commit is deployed, so every deployment pushes, and heroku-cd’s `rollback` and `build-app` are not for them. The local Heroku builds none: a rehearsal needs a Procfile.',
    );
  }
  if (app.has('manage.py') && FRAMEWORKS.every(({ name, found }) => name !== 'django' || !found(app))) {
    warnings.push(
      'manage.py does not speak of Django, so it is not taken for Django’s. Where it migrates all the same, give `--migrate-command`.',
    );
  }
  if (!app.has('Procfile') && !app.has('heroku.yml')) {
    warnings.push(
      languageOf(app) === undefined
        ? 'There is no Procfile, and no language that Heroku recognizes: Heroku will refuse the push. Set a buildpack, and name the web process in a Procfile.'
        : 'There is no Procfile: Heroku starts what the buildpack takes for the web process, and no workers.',
    );
  } else if (app.has('Procfile') && procfile(app)['web'] === undefined) {
    warnings.push('The Procfile names no web process, so nobody will be served.');
  }
  return warnings;
}

function folderAt(repository: Repository, directory: string): AppFolder {
  return new AppFolder(directory, repository.files, (path) => repository.read(path));
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
