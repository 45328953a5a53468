import { readEnvironment } from './environment.ts';
import type { Frame } from './frame.ts';
import type { StepType } from './types.ts';
import { isMapping, member, typeName } from './values.ts';
import type { Mapping } from './values.ts';

interface Builtin {
  /** True when the step may be written without options. */
  readonly bare?: true;
  /** The key that a plain string stands for. */
  readonly shorthand?: string;
  readonly keys: readonly string[];
  readonly required?: readonly string[];
}

const RUN_KEYS = [
  ...['command', 'name', 'shell', 'environment', 'background', 'working_directory', 'no_output_timeout'],
  ...['when', 'max_auto_reruns', 'auto_rerun_delay'],
];

/** Keys of CircleCI's own steps. Source: Configuration reference, "steps", and CircleCI's published JSON schema. */
const BUILTINS: Readonly<Record<StepType, Builtin>> = {
  run: { shorthand: 'command', keys: RUN_KEYS, required: ['command'] },
  checkout: { bare: true, keys: ['path', 'method', 'depth', 'name'] },
  setup_remote_docker: { bare: true, keys: ['docker_layer_caching', 'version', 'name'] },
  save_cache: { keys: ['paths', 'key', 'name', 'when'], required: ['paths', 'key'] },
  restore_cache: { keys: ['key', 'keys', 'name', 'when'] },
  store_artifacts: { keys: ['path', 'destination', 'name', 'when'], required: ['path'] },
  store_test_results: { keys: ['path', 'name', 'when'], required: ['path'] },
  persist_to_workspace: { keys: ['root', 'paths', 'name'], required: ['root', 'paths'] },
  attach_workspace: { keys: ['at', 'name'], required: ['at'] },
  add_ssh_keys: { bare: true, keys: ['fingerprints', 'name'] },
};

const WHEN = ['on_success', 'on_fail', 'always'];

/** True for the name of a step that CircleCI brings itself. */
export function isBuiltin(name: string): name is StepType {
  return Object.hasOwn(BUILTINS, name);
}

/**
 * Checks and writes out the options of a built-in step, its templates filled already.
 * @throws ConfigError naming the key that is unknown, missing or of the wrong kind.
 */
export function builtinOptions(type: StepType, value: unknown, frame: Frame): Mapping {
  const builtin: Builtin = BUILTINS[type];
  if (value === undefined || value === null) {
    if (builtin.bare !== true) throw frame.fail(`Step '${type}' needs options.`);
    return {};
  }
  if (typeof value === 'string' && builtin.shorthand !== undefined) {
    return checked(type, { [builtin.shorthand]: value }, builtin, frame);
  }
  if (!isMapping(value)) {
    throw frame.fail(`Step '${type}' takes a map of options, not a ${typeName(value)}.`);
  }
  return checked(type, value, builtin, frame);
}

function checked(type: StepType, options: Mapping, builtin: Builtin, frame: Frame): Mapping {
  const unknown = Object.keys(options).find((key) => !builtin.keys.includes(key));
  if (unknown !== undefined) {
    throw frame.fail(`Step '${type}' has no key '${unknown}': expected ${builtin.keys.join(', ')}`, {
      parameter: unknown,
    });
  }
  const missing = builtin.required?.find((key) => (member(options, key) ?? null) === null);
  if (missing !== undefined) {
    throw frame.fail(`Step '${type}' needs '${missing}'.`, { parameter: missing });
  }
  if (
    type === 'restore_cache' &&
    member(options, 'key') === undefined &&
    member(options, 'keys') === undefined
  ) {
    throw frame.fail("Step 'restore_cache' needs 'key' or 'keys'.", { parameter: 'key' });
  }
  checkKinds(type, options, frame);
  return options;
}

function checkKinds(type: StepType, options: Mapping, frame: Frame): void {
  const refuse = (key: string, wanted: string): Error =>
    frame.fail(`Step '${type}': '${key}' must be ${wanted}, not ${JSON.stringify(options[key])}`, {
      parameter: key,
    });
  for (const [key, value] of Object.entries(options)) {
    if (key === 'when' && !WHEN.includes(value as string)) throw refuse(key, `one of ${WHEN.join(', ')}`);
    if (key === 'environment') readEnvironment(value, frame);
    if (key === 'background' && typeof value !== 'boolean') throw refuse(key, 'a boolean');
    if (key === 'max_auto_reruns' && !(Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 5)) {
      throw refuse(key, 'an integer from 1 to 5');
    }
    if (key === 'method' && !['full', 'blobless', 'shallow'].includes(value as string)) {
      throw refuse(key, 'one of blobless, full, shallow');
    }
    if (TEXTS.has(key) && typeof value !== 'string') throw refuse(key, 'a string');
  }
}

const TEXTS = new Set([
  ...[
    'command',
    'name',
    'shell',
    'working_directory',
    'no_output_timeout',
    'auto_rerun_delay',
    'key',
    'path',
  ],
  ...['root', 'at', 'destination'],
]);
