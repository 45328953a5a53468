/**
 * The SDK writes keys in the order of its own code. People read a description first and steps last, so
 * the keys of a component are put in that order; keys that are not named here follow as they came.
 */
const COMPONENT = [
  'description',
  'parameters',
  'executor',
  'docker',
  'machine',
  'macos',
  'resource_class',
  'shell',
  'working_directory',
  'environment',
  'steps',
  'usage',
];
const PARAMETER = ['description', 'type', 'enum', 'default'];
const CONFIG = ['version', 'orbs', 'executors', 'commands', 'jobs', 'workflows'];

/** The same object with its keys in the given order, less those without a value. */
function ordered(value: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  const names = [
    ...keys.filter((key) => key in value),
    ...Object.keys(value).filter((key) => !keys.includes(key)),
  ];
  return Object.fromEntries(
    names.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]])),
  );
}

/** A command, job, executor or example with its keys in reading order. */
export function orderComponent(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = ordered(body, COMPONENT);
  const parameters = body['parameters'] as Record<string, Record<string, unknown>> | undefined;
  if (parameters === undefined) return result;
  if (Object.keys(parameters).length === 0) {
    // The official schema wants at least one parameter where the key stands.
    delete result['parameters'];
    return result;
  }
  result['parameters'] = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, ordered(parameter, PARAMETER)]),
  );
  return result;
}

/** A pipeline configuration with its keys in reading order, less the empty sections that the SDK writes. */
export function orderConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const filled = Object.entries(config).filter(
    ([, value]) =>
      !(typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0),
  );
  return ordered(Object.fromEntries(filled), CONFIG);
}
