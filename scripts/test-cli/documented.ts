/** A command of the official Heroku CLI that our documentation tells people to run, with the options it gives. */
interface Documented {
  readonly command: string;
  readonly options: readonly string[];
}

/**
 * The one list of them: a test of the documentation fails for a command line with anything else. Whether the CLI has
 * what the documentation names, `npm run test:cli` learns from the CLI's own manifest.
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
