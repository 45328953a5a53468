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
  readonly apiKey: Secret;
  /** Whether the clone was made without all of its files. */
  readonly isPartial: boolean;
}

/**
 * Environment of the one process that pushes, and the only one that ever holds the key. The key is an HTTP
 * header in a setting for exactly this URL, so git sends it nowhere else; needs git 2.31 or newer.
 * Any user name will do, the key is the password (Dev Center: Deploying with Git, HTTP Git authentication).
 */
export function pushEnvironment(job: JobEnvironment, target: PushTarget): Environment {
  const { url, apiKey, isPartial } = target;
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
    settings: [...pushSettings(url.href, apiKey), ...(isPartial ? PARTIAL_CLONE : [])],
  });
}

/**
 * Settings for exactly this URL are stronger than any that a user has for its host or for all hosts. An
 * empty value ends a list that the user's files have begun.
 */
function pushSettings(url: string, apiKey: Secret): ConfigSetting[] {
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
    // The longest match wins: nothing but a rewriting of exactly this URL comes before it.
    [`url.${url}.insteadOf`, url],
    [`url.${url}.pushInsteadOf`, url],
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
