import { parseDocument } from 'yaml';
import type { AppFolder } from './app-folder.ts';
import { hasSpringBoot, javaBuild, packageJson } from './manifests.ts';

/** Words of a command that migrates, in any of the frameworks. */
const MIGRATES =
  /migrat|\bdb:(?:prepare|schema:load)\b|\bdb\s+upgrade\b|\balembic\s+upgrade\b|\bflyway\b|\bliquibase\b/i;

/** An app that is migrated without `migrate-command`, and where; or one whose release phase stands in its way. */
export interface AlreadyMigrated {
  readonly by: 'release' | 'boot';
  /** Where, and what follows from it, in whole sentences. */
  readonly why: string;
}

/**
 * Whether the app migrates by itself. Where its Procfile has a release process, heroku-cd takes that for the
 * migration and skips `migrate-command`, whatever the process does.
 */
export function whoMigrates(app: AppFolder): AlreadyMigrated | undefined {
  const processes = procfile(app);
  const release = processes['release'] ?? releaseOfHerokuYml(app);
  if (release !== undefined) {
    const place = app.has('Procfile') ? 'The Procfile' : 'The heroku.yml';
    return {
      by: 'release',
      why: MIGRATES.test(commandBehind(app, release))
        ? `${place}’s release process migrates (${release}): Heroku runs it with every release, so no \`migrate-command\` is needed, and it would be skipped. It migrates without a window and without a backup: \`maintenance: always\` gives every deployment both.`
        : `${place} has a release process (${release}), which does not look like a migration. heroku-cd takes it for one and skips \`migrate-command\`: add the migration to it, or remove it and give \`migrate-command\`.`,
    };
  }
  for (const [type, command] of Object.entries(processes)) {
    if (MIGRATES.test(commandBehind(app, command))) {
      return {
        by: 'boot',
        why: `The process ${type} migrates when it starts (${command}): with no migration of heroku-cd’s there is no window and no backup, and several dynos migrate at once. To change that, take the migration out of the Procfile and give \`migrate-command\`.`,
      };
    }
  }
  if (processes['web'] === undefined && MIGRATES.test(packageJson(app).scripts['start'] ?? '')) {
    return {
      by: 'boot',
      why: 'The script `start` of package.json migrates when a dyno starts: with no migration of heroku-cd’s there is no window and no backup. To change that, take the migration out of it and give `migrate-command`.',
    };
  }
  return springMigrates(app);
}

/** The script of package.json that migrates while Heroku builds (Dev Center: Node.js Support, "Customizing the build process"). */
export function migratingBuild(app: AppFolder): string | undefined {
  const { scripts } = packageJson(app);
  const built = scripts['heroku-postbuild'] === undefined ? 'build' : 'heroku-postbuild';
  return ['heroku-prebuild', built].find((name) => MIGRATES.test(scripts[name] ?? ''));
}

/** Process type → command (Dev Center: The Procfile). */
export function procfile(app: AppFolder): Readonly<Record<string, string>> {
  const lines = [...app.read('Procfile').matchAll(/^([\w-]{1,128}):[ \t]*(\S.*?)[ \t\r]*$/gm)];
  return Object.fromEntries(lines.map(([, type, command]) => [type ?? '', command ?? '']));
}

/** What the `release` section of heroku.yml runs (Dev Center: Building Docker Images with heroku.yml). */
function releaseOfHerokuYml(app: AppFolder): string | undefined {
  if (app.has('Procfile') || !app.has('heroku.yml')) return undefined;
  const { release } = (parseDocument(app.read('heroku.yml')).toJS() ?? {}) as {
    readonly release?: { readonly command?: unknown } | null;
  };
  const command = release?.command;
  if (Array.isArray(command)) return command.join(' && ');
  return typeof command === 'string' ? command : undefined;
}

/** A command and, where it runs a script of package.json or of the repository, that script’s text. */
function commandBehind(app: AppFolder, command: string): string {
  const { scripts } = packageJson(app);
  const [, script] = /\b(?:npm|yarn|pnpm)\s+(?:run\s+)?([\w:-]+)/.exec(command) ?? [];
  const files = command.split(/[\s;&|]+/).map((word) => word.replace(/^\.\//, ''));
  return [
    command,
    scripts[script ?? ''] ?? '',
    ...files.filter((file) => /\.(?:sh|bash)$|^bin\//.test(file)).map((file) => app.read(file)),
  ].join('\n');
}

/** Spring Boot runs Flyway and Liquibase at start where they are on the class path (Spring Boot: Database Initialization). */
function springMigrates(app: AppFolder): AlreadyMigrated | undefined {
  const [artifact] = /flyway-(?:core|database-\w+)|liquibase-core/.exec(javaBuild(app)) ?? [];
  if (artifact === undefined || !hasSpringBoot(app)) return undefined;
  const tool = artifact.startsWith('flyway') ? 'flyway' : 'liquibase';
  if (isSwitchedOff(app, tool)) return undefined;
  return {
    by: 'boot',
    why: `Spring Boot migrates when the app starts (${artifact}): with no migration of heroku-cd’s there is no window and no backup. To change that, set the config var \`SPRING_${tool.toUpperCase()}_ENABLED=false\` on Heroku and give \`migrate-command\`.`,
  };
}

/** Whether the settings of every environment, as .properties or YAML, say `spring.TOOL.enabled` is false. */
function isSwitchedOff(app: AppFolder, tool: string): boolean {
  const line = new RegExp(`^\\s*spring\\.${tool}\\.enabled\\s*[=:]\\s*false\\b`, 'm');
  const block = new RegExp(
    `^([ \\t]+)${tool}:[^\\n]*\\n(?:\\1[ \\t]+[^\\n]*\\n)*?\\1[ \\t]+enabled:\\s*false\\b`,
    'm',
  );
  return ['application.properties', 'application.yml', 'application.yaml'].some((name) => {
    const text = app.read(`src/main/resources/${name}`);
    return line.test(text) || block.test(text);
  });
}
