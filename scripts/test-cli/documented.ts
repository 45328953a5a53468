/** A command of the official Heroku CLI that our documentation tells people to run, with the options it gives. */
interface Documented {
  readonly command: string;
  readonly options: readonly string[];
}

/**
 * The one list of them: a test of the documentation fails for a command line with anything else, and
 * `npm run test:cli` asks the CLI itself for each.
 */
export const DOCUMENTED: readonly Documented[] = [
  { command: 'access:add', options: ['-a', '-p'] },
  { command: 'access:update', options: ['-a', '-p'] },
  { command: 'addons:create', options: ['-a', '--as'] },
  { command: 'auth:token', options: [] },
  { command: 'authorizations', options: [] },
  { command: 'authorizations:create', options: ['-d', '-e', '-s'] },
  { command: 'authorizations:revoke', options: [] },
  { command: 'features:enable', options: [] },
  { command: 'login', options: [] },
  { command: 'logs', options: [] },
  { command: 'pg:backups:capture', options: [] },
  { command: 'pg:backups:info', options: [] },
  { command: 'ps:exec', options: [] },
  { command: 'ps:scale', options: [] },
  { command: 'run', options: [] },
];

/**
 * Which of it the help of the command lacks.
 * @param help what `heroku <command> --help` prints.
 */
export function missingIn(help: string, { options }: Documented): readonly string[] {
  return options.filter((option) => !new RegExp(`(?:^|[\\s,])${option}[\\s,=]`, 'm').test(help));
}
