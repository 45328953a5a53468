const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * The environment of every git process of the local Heroku: no configuration of the machine or its user, and
 * no `GIT_*` variable of the caller, who may be a git hook himself. `config` is a configuration file of ours.
 */
export function gitEnvironment(config = '/dev/null'): Record<string, string> {
  return {
    PATH: process.env.PATH ?? DEFAULT_PATH,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
    GIT_TERMINAL_PROMPT: '0',
  };
}
