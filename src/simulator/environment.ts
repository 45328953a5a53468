/** What the environment's variables are made of. */
export interface EnvironmentFacts {
  readonly apiUrl: string;
  readonly httpsPort: number;
  readonly key: string;
  /** Path of the certificate authority's PEM file. */
  readonly authorityFile: string;
}

/**
 * The variables that point the official Heroku CLI, git and heroku-cd at a local Heroku, and keep the CLI from
 * talking to anything else (Heroku CLI: `@heroku-cli/command` vars, telemetry and update switches).
 */
export function environmentOf(facts: EnvironmentFacts): Record<string, string> {
  const { hostname } = new URL(facts.apiUrl);
  return {
    HEROKU_HOST: facts.apiUrl,
    // A host name only: the CLI takes protocol and port from HEROKU_HOST.
    HEROKU_DATA_HOST: hostname,
    // A host with port: the CLI always speaks https with git.
    HEROKU_GIT_HOST: `${hostname}:${facts.httpsPort}`,
    HEROKU_PARTICLEBOARD_URL: facts.apiUrl,
    HEROKU_API_KEY: facts.key,
    NODE_EXTRA_CA_CERTS: facts.authorityFile,
    GIT_SSL_CAINFO: facts.authorityFile,
    DISABLE_TELEMETRY: 'true',
    HEROKU_DISABLE_AUTOUPDATE: '1',
    HEROKU_SKIP_NEW_VERSION_CHECK: 'true',
  };
}
