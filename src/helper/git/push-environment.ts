import type { Secret } from '../output/secret.ts';
import { type ConfigSetting, configVariables } from './config-variables.ts';
import { cleanEnvironment, type Environment, gitEnvironment, type JobEnvironment } from './environment.ts';

/** Variables of a job that may not have a say in a push. */
const DROPPED = ['GIT_SSL_NO_VERIFY', 'GIT_PROTOCOL_FROM_USER', 'SSH_ASKPASS'];

/**
 * To make a small pack, git compares files with the versions that the server has. A partial clone need not
 * have those, and over HTTP `--no-thin` is ignored; without candidates to compare with it does not look.
 */
const PARTIAL_CLONE: readonly ConfigSetting[] = [['pack.window', '0']];

export interface PushTarget {
  readonly url: URL;
  /** What git is told to push to, and these settings alone give a meaning. */
  readonly alias: string;
  readonly apiKey: Secret;
  /** Whether the clone was made without all of its files. */
  readonly isPartial: boolean;
  /** Whether git shall trust the one file of authorities alone: see {@link NO_AUTHORITIES}. */
  readonly oneFile: boolean;
}

/**
 * A folder without a certificate in it. git of Debian and Ubuntu reads a file with all authorities, and then the
 * same ones three times over from a folder, for each connection: 30 to 100 ms (measured with git 2.39, GnuTLS).
 */
export const NO_AUTHORITIES = '/proc/sys';

/**
 * Environment of the one process that pushes, and the only one that ever holds the key. The key is an HTTP
 * header in a setting for exactly this URL, so git sends it nowhere else; needs git 2.31 or newer.
 * Any user name will do, the key is the password (Dev Center: Deploying with Git, HTTP Git authentication).
 */
export function pushEnvironment(job: JobEnvironment, target: PushTarget): Environment {
  const { url, alias, apiKey, isPartial, oneFile } = target;
  // The key is known here even to a caller who did not name it as a secret of the job.
  const given = { ...job.variables, ...configVariables(job.settings) };
  const cleaned = cleanEnvironment(given, { variables: DROPPED, values: [apiKey.reveal()] });
  return gitEnvironment(cleaned, {
    variables: {
      // Set and empty, it also keeps core.askPass and SSH_ASKPASS from being asked.
      GIT_ASKPASS: '',
      GCM_INTERACTIVE: 'never',
      // Objects that are missing are fetched before: not from here, where a child would inherit the key.
      GIT_NO_LAZY_FETCH: '1',
      GIT_ALLOW_PROTOCOL: url.protocol.slice(0, -1),
    },
    settings: [
      ...pushSettings(url.href, alias, apiKey),
      ...(isPartial ? PARTIAL_CLONE : []),
      ...(oneFile ? ([[`http.${url.href}.sslCAPath`, NO_AUTHORITIES]] as const) : []),
    ],
  });
}

/**
 * Settings for exactly this URL are stronger than any that a user has for its host or for all hosts. An
 * empty value ends a list that the user's files have begun.
 */
function pushSettings(url: string, alias: string, apiKey: Secret): ConfigSetting[] {
  return [
    ['credential.helper', ''],
    [`credential.${url}.helper`, ''],
    ['core.askPass', ''],
    [`http.${url}.extraHeader`, ''],
    [`http.${url}.extraHeader`, `Authorization: ${basic(apiKey)}`],
    // libcurl sends a request again when a connection that it had used before breaks off without an answer.
    // That would push twice, and the second one be refused. On its own connection the pack goes out once.
    [`http.${url}.extraHeader`, 'Connection: close'],
    [`http.${url}.followRedirects`, 'false'],
    [`http.${url}.sslVerify`, 'true'],
    [`http.${url}.proactiveAuth`, 'none'],
    // The longest match wins and is rewritten once, so no rewriting of the user's has a say in where this leads.
    [`url.${url}.insteadOf`, alias],
    [`url.${url}.pushInsteadOf`, alias],
    ['push.followTags', 'false'],
    ['push.gpgSign', 'false'],
    ['push.negotiate', 'false'],
    ['push.pushOption', ''],
    ['push.recurseSubmodules', 'no'],
    ['submodule.recurse', 'false'],
  ];
}

function basic(apiKey: Secret): string {
  return `Basic ${Buffer.from(`heroku:${apiKey.reveal()}`).toString('base64')}`;
}
