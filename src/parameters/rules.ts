/** Rules that values of parameters must follow. Each says what is wrong in words that fit behind a colon. */

/**
 * Heroku's rule for app names: 3 to 30 characters, lower case, starting with a letter and not ending
 * with a dash (Platform API schema: app.name).
 */
export function checkAppName(value: string): string | undefined {
  if (/^[a-z][a-z0-9-]{1,28}[a-z0-9]$/.test(value)) return undefined;
  const lower = value.toLowerCase();
  if (lower !== value && /^[a-z][a-z0-9-]{1,28}[a-z0-9]$/.test(lower)) {
    return `app names are lower case at Heroku; did you mean ${JSON.stringify(lower)}?`;
  }
  return (
    'an app name has 3 to 30 characters, lower-case letters, digits and dashes, ' +
    'starts with a letter and does not end with a dash'
  );
}

/** Heroku builds pushes to `main` and `master` alone (Dev Center: Deploying with Git). */
export function checkHerokuBranch(value: string): string | undefined {
  return value === 'main' || value === 'master'
    ? undefined
    : 'Heroku builds only what is pushed to main or master; a push to another branch deploys nothing';
}

/** What git takes as a revision, less all that could be read as an option, a range or a path. */
export function checkRevision(value: string): string | undefined {
  if (value.startsWith('-')) return 'a revision does not start with a dash';
  if (/[\s\p{Cc}]/u.test(value)) return 'a revision holds no white space';
  if (/[~^:?*[\\]|\.\.|@\{|\.lock$|\/$|^\//.test(value)) {
    return 'a revision is a commit, a tag or a branch, without operators such as ^, ~, : or ..';
  }
  return /^[\w./+@#%=,-]+$/u.test(value)
    ? undefined
    : 'a revision is a commit, a tag or a branch: letters, digits and . / _ - + @ # % = ,';
}

/** Names of config vars, with commas or white space between them (schema: config-var). */
export function checkConfigNames(value: string): string | undefined {
  return value.split(/[\s,]+/).every((name) => /^\w*$/.test(name))
    ? undefined
    : 'names of config vars are wanted, such as `LOG_LEVEL,SENTRY_DSN`';
}

/** A release by its number, or by the commit of its code. */
export function checkTargetVersion(value: string): string | undefined {
  return /^(?:v?\d{1,6}|[\da-f]{7,40})$/i.test(value)
    ? undefined
    : 'a release such as v12 is wanted, or seven digits or more of a commit';
}

/** Enough to tell an e-mail address from a slip; who it belongs to is compared with the account. */
export function checkEmail(value: string): string | undefined {
  return /^[^\s@]+@[^\s@]+$/.test(value)
    ? undefined
    : 'an e-mail address is wanted, such as deploy@example.com';
}

/** What `scale-down` may be; process types follow the platform's own rule (schema: formation.type). */
export function checkScaleDown(value: string): string | undefined {
  if (value === 'workers' || value === 'none') return undefined;
  const types = value.split(/[\s,]+/).filter(Boolean);
  if (types.includes('web')) return 'web is stopped by `stop-web`, because without it nobody is served';
  return types.length > 0 && types.every((type) => /^[-\w]{1,128}$/.test(type))
    ? undefined
    : '`workers`, `none` or a list of process types is wanted, such as `worker,clock`';
}

/** The patterns of `migration-paths`, without an empty one. */
export function migrationPaths(value: string): readonly string[] {
  return value
    .split(/[,\n]/)
    .map((one) => one.trim().replace(/^(?:\.\/)+/, ''))
    .filter(Boolean);
}

/** A pattern that can match nothing would say of every commit that it brings no migration. */
export function checkMigrationPaths(value: string): string | undefined {
  const patterns = migrationPaths(value);
  const wrong = patterns.find((one) => /^[/!:]|(?:^|\/)\.\.(?:\/|$)|\p{Cc}/u.test(one));
  if (wrong === undefined && patterns.length > 0) return undefined;
  return `${wrong === undefined ? '' : `${JSON.stringify(wrong)} is no such pattern; `}patterns from the top of the repository are wanted, such as \`db/migrate/**\`, without a leading \`/\`, \`!\` or \`:\` and without \`..\``;
}

/** `./apps/api/` → `apps/api`, and empty for the top of the repository. */
export function appDirectory(value: string): string {
  return value
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** Where it leads is known; whether the commit has it, only in the clone. */
export function checkAppDirectory(value: string): string | undefined {
  return /^\/|(?:^|\/)\.\.(?:\/|$)|\\|\p{Cc}/u.test(value)
    ? 'a folder from the top of the repository is wanted, such as `apps/api`, without a leading `/` and without `..` or `\\`'
    : undefined;
}

/** Names of dyno sizes, of Cedar and of Fir; whether the app may use one is Heroku's to say. */
export function checkDynoSize(value: string): string | undefined {
  return /^[A-Za-z][A-Za-z0-9.-]{1,40}$/.test(value)
    ? undefined
    : 'a dyno size is wanted, such as `standard-2x`';
}

/** What names of config vars begin with (schema: config-var), without the `_` before `SERVERS`. */
export function checkConfigPrefix(value: string): string | undefined {
  return /^[A-Za-z]\w*[A-Za-z0-9]$/.test(value)
    ? undefined
    : 'what the config vars’ names begin with is wanted, such as `MEMCACHIER` for `MEMCACHIER_SERVERS`';
}

const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Whether a text is a duration such as `90s`, `20m` or `1h30m`, above zero and at most a day. */
export function checkDuration(value: string): string | undefined {
  if (!DURATION.test(value)) return 'a duration is wanted, such as 90s, 20m or 1h30m';
  const ms = parseDuration(value);
  return ms > 0 && ms <= 86_400_000 ? undefined : 'a duration is above zero and at most 24h';
}

/** Milliseconds of a duration that {@link checkDuration} accepts. */
export function parseDuration(value: string): number {
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * UNITS[unit as keyof typeof UNITS];
  }
  return Math.round(total);
}

/** As the Heroku CLI calls backups: a letter and a number. */
export function checkBackupId(value: string): string | undefined {
  return /^[ab]\d{3,}$/.test(value) ? undefined : 'the id of a backup is wanted, such as b001';
}
