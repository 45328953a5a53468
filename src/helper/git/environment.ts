import { createMasker } from '../output/masker.ts';
import {
  type ConfigSetting,
  configVariables,
  isConfigVariable,
  readConfigVariables,
} from './config-variables.ts';

export type Environment = Readonly<Record<string, string>>;

/** What a job gives git, cleaned: its variables, and its settings by `GIT_CONFIG_COUNT`. */
export interface JobEnvironment {
  readonly variables: Environment;
  readonly settings: readonly ConfigSetting[];
}

export interface SecretsOfJob {
  /** Variables that hold a secret, such as `HEROKU_API_KEY`. */
  readonly variables: readonly string[];
  /** Values that no variable may contain, as they are or in base64. */
  readonly values: readonly string[];
}

/** Variables that no git of ours gets, whatever they hold. */
const DROPPED = new Set([
  // They make programs print their environment or their requests.
  'DEBUG',
  'NODE_DEBUG',
  'GIT_CURL_VERBOSE',
  'SSLKEYLOGFILE',
  // A git hook leaves them (`git rev-parse --local-env-vars`); they would point git at another repository.
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NAMESPACE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_QUARANTINE_PATH',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
  // They change what an argument means.
  'GIT_ATTR_SOURCE',
  'GIT_GLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
  'GIT_LITERAL_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  // Nobody sits there to edit or to page.
  'EDITOR',
  'GIT_EDITOR',
  'GIT_PAGER',
  'GIT_SEQUENCE_EDITOR',
  'PAGER',
  'PREFIX',
  'VISUAL',
]);

/** Set for every git. */
const ALWAYS: Environment = {
  GIT_TERMINAL_PROMPT: '0',
  // Messages are read by programs.
  LC_ALL: 'C',
  // The exact commit: not one that `git replace` puts in its place.
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  // Stronger than `trace2.*` in the configuration, which can log the environment.
  GIT_TRACE2: '0',
  GIT_TRACE2_EVENT: '0',
  GIT_TRACE2_PERF: '0',
};

const ALWAYS_SETTINGS: readonly ConfigSetting[] = [
  // A hook would run with our environment, and could stop what it has no say in.
  ['core.hooksPath', '/dev/null'],
  ['color.ui', 'false'],
  ['color.remote', 'false'],
  // Maintenance goes on in the background when git is done.
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

/**
 * For commands that must not talk to a server: in a partial clone, looking at a missing object makes git
 * fetch it. Older versions do not know the first variable, but obey the list of allowed protocols.
 */
const OFFLINE: Environment = {
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_LITERAL_PATHSPECS: '1',
};

/** What of the job's environment git may see. */
export function cleanEnvironment(job: NodeJS.ProcessEnv, secrets: SecretsOfJob): JobEnvironment {
  const holdsSecret = secretDetector(secrets.values);
  const named = new Set(secrets.variables);
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(job)) {
    if (value === undefined || named.has(name) || DROPPED.has(name) || name.startsWith('GIT_TRACE')) continue;
    if (isConfigVariable(name) || holdsSecret(value)) continue;
    variables[name] = value;
  }
  const settings = readConfigVariables(job).filter(
    ([key, value]) => !holdsSecret(key) && !holdsSecret(value),
  );
  return { variables, settings };
}

/**
 * The whole environment of one git process. Without `own` it is a fetch's, which uses the job's own
 * credentials, whatever they are.
 */
export function gitEnvironment(
  job: JobEnvironment,
  own: { variables?: Environment; settings?: readonly ConfigSetting[] } = {},
): Environment {
  const settings = [...job.settings, ...ALWAYS_SETTINGS, ...(own.settings ?? [])];
  return { ...job.variables, ...ALWAYS, ...own.variables, ...configVariables(settings) };
}

/** Environment of a command that works on this clone alone, and is kept from reaching any server. */
export function offlineEnvironment(
  job: JobEnvironment,
  settings: readonly ConfigSetting[] = [],
  globs = false,
): Environment {
  return gitEnvironment(job, {
    variables: globs ? { ...OFFLINE, GIT_LITERAL_PATHSPECS: '0' } : OFFLINE,
    settings,
  });
}

function secretDetector(values: readonly string[]): (text: string) => boolean {
  const masker = createMasker();
  for (const value of values) masker.add(value);
  return (text) => {
    // Without `://` the masker changes nothing but the secrets it was given.
    const plain = text.replaceAll('://', ' ');
    return masker.mask(plain) !== plain;
  };
}
