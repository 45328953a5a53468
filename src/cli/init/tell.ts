import type { Addition } from './existing.ts';
import { LANGUAGES } from './languages.ts';
import type { Findings } from './look.ts';
import { testJob, type Answers } from './plan.ts';
import type { Repository } from './repository.ts';

/** Where it was looked, for a person: one sentence a line. */
export function tellLook({ files, top }: Repository): readonly string[] {
  return [`Looked at ${files.length} files of ${top}.`];
}

/** What was found. */
export function tellFindings(findings: Findings): readonly string[] {
  const { app, language, frameworks } = findings;
  const titles = frameworks.map(({ framework }) => framework.title).join(', ');
  return [
    `App: ${app.directory === '' ? 'the whole repository' : app.directory}, ${language === undefined ? 'in no language that is known here' : LANGUAGES[language].title}${titles === '' ? '' : ` (${titles})`}.`,
    ...tellCache(findings),
    ...(testJob(findings) === undefined ? ['Tests: none were recognized, so there is no test job.'] : []),
    ...findings.warnings.map((warning) => `! ${warning}`),
  ];
}

/** What is proposed, once all is answered. */
export function tellProposal(findings: Findings, answers: Answers): readonly string[] {
  return [...tellTargets(answers), ...tellMigration(findings, answers)];
}

/** Which jobs of a configuration that is there the deployment waits for, and which not. */
export function tellAwaited({ awaited, workflow }: Addition): readonly string[] {
  const { names, left, all } = awaited;
  if (names.length === 0) return [];
  const notFor = Object.entries(left).map(([name, what]) => `${name} (${what})`);
  const why = all
    ? `: no job of ${workflow} looks like one that tests or builds`
    : notFor.length === 0
      ? ''
      : `, and not for ${notFor.join(', ')}`;
  return [`The deployment waits for ${names.join(', ')}${why}. To change that, change \`requires\`.`];
}

function tellTargets({ production, staging }: Answers): readonly string[] {
  const one = `${production.branch} goes to ${production.app}`;
  if (staging === undefined) return [`Deployment: ${one}.`];
  return [`Deployment: ${staging.branch} goes to ${staging.app}; ${one}, once a person has approved.`];
}

function tellMigration({ frameworks, migrated }: Findings, answers: Answers): readonly string[] {
  const { migrateCommand, pendingCommand, migrationPaths } = answers;
  if (migrateCommand === '') {
    if (migrated !== undefined) return [`Migration: none. ${migrated.why}`];
    return [
      frameworks.length === 0
        ? 'Migration: none was recognized. Where there is one, give `--migrate-command`.'
        : 'Migration: none, as you said.',
    ];
  }
  const migration = frameworks.find((one) => one.migration.migrateCommand === migrateCommand)?.migration;
  const lines = [`Migration: ${migrateCommand}`];
  if (pendingCommand !== '') lines.push(`  what is pending: ${pendingCommand}`);
  else if (migration?.noPendingBecause !== undefined) {
    lines.push(`  what is pending: no command tells, because ${migration.noPendingBecause}.`);
  }
  lines.push(
    migrationPaths.length > 0
      ? `  migrations lie in: ${migrationPaths.join(', ')}`
      : '  where migrations lie is not known: without `migration-paths` every deployment opens a window.',
  );
  if (migrated?.by === 'release') lines.push(`! ${migrated.why}`);
  return [...lines, ...(migration?.notes ?? []).map((note) => `! ${note}`)];
}

function tellCache({ cache }: Findings): readonly string[] {
  if (cache === undefined) return [];
  if (cache.kind === 'memcached') {
    return [
      `Cache: memcached (${cache.by}), assumed to be an add-on such as MemCachier on every app; \`flush-cache: true\` flushes it with every deployment. An app without one is refused: then take that line out.`,
    ];
  }
  const how =
    cache.command === undefined
      ? 'it is left alone'
      : `it is left alone, because job queues live in Redis too; where yours holds a cache alone, add \`flush-command: ${cache.command}\``;
  return [`Cache: Redis (${cache.by}); ${how}.`];
}

/** What is left for a person to do. */
export function tellNext(answers: Answers): readonly string[] {
  const { production, staging } = answers;
  const targets = staging === undefined ? [production] : [staging, production];
  return [
    'Next:',
    '  heroku authorizations:create -d "CircleCI deploys" -e 31536000 -s identity,write-protected',
    ...targets.map(
      ({ app, context }, index) =>
        `  put ${index === 0 ? 'that' : 'another'} key into the CircleCI context ${context} as HEROKU_API_KEY (it deploys to ${app})`,
    ),
    ...(answers.orb.source === 'url'
      ? ['  allow the orb’s address in CircleCI: Organization Settings, Orbs, URL orbs']
      : []),
    `  heroku-cd doctor --app-name ${targets[0]?.app ?? production.app}, which tells what is in the way`,
    '  commit the file and push',
  ];
}
