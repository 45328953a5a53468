import { environmentName, type CommandName, type ParameterDefinition } from '../../parameters/index.ts';
import { parameterReference, type OrbParameter, type OrbParameterType } from '../sdk/index.ts';

/** CircleCI has no durations: they are strings that the helper checks. */
const ORB_TYPES: Record<ParameterDefinition['type'], OrbParameterType> = {
  string: 'string',
  boolean: 'boolean',
  enum: 'enum',
  duration: 'string',
  'env-var-name': 'env_var_name',
};

/** The parameters that the orb takes for a command of the helper, in reading order. */
export function helperParameters(
  command: CommandName,
  definitions: readonly ParameterDefinition[],
): OrbParameter[] {
  return definitions
    .filter(
      (definition) => definition.commands.includes(command) && definition.commandLineOnly === undefined,
    )
    .map((definition) => ({
      name: definition.name,
      type: ORB_TYPES[definition.type],
      description: definition.description,
      default: definition.default,
      ...(definition.values === undefined ? {} : { values: definition.values }),
    }));
}

/**
 * How values reach the helper: as the environment of its step. A value in the text of a script would be
 * run by the shell when it holds `$(…)` or a quote, and branch names may.
 */
export function handOver(parameters: readonly OrbParameter[]): Record<string, string> {
  return Object.fromEntries(
    parameters.map(({ name }) => [environmentName(name), parameterReference(name)]),
  );
}

/** The arguments with which a job hands its own parameters on to a command. */
export function passThrough(parameters: readonly OrbParameter[]): Record<string, string> {
  return Object.fromEntries(parameters.map(({ name }) => [name, parameterReference(name)]));
}
