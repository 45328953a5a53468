import type { Frame } from './frame.ts';
import { isMapping, typeName } from './values.ts';
import type { Mapping } from './values.ts';

/**
 * Checks an `environment`, its templates filled: a map, or a list of maps as in version 2.0. Values keep their types,
 * because the agent writes a boolean otherwise than the word `true`.
 * @throws ConfigError for values that no environment variable can hold.
 */
export function readEnvironment(value: unknown, frame: Frame): Mapping {
  if (value === undefined || value === null) return {};
  const maps: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!maps.every(isMapping)) {
    throw frame.fail(`'environment' must be a map of names to values, not ${JSON.stringify(value)}`, {
      parameter: 'environment',
    });
  }
  const environment = Object.assign({}, ...maps) as Mapping;
  for (const [name, item] of Object.entries(environment)) {
    if (item !== null && !['string', 'number', 'boolean'].includes(typeof item)) {
      throw frame.fail(
        `'environment' holds ${name}, which is a ${typeName(item)} and no text, number or boolean`,
        {
          parameter: 'environment',
        },
      );
    }
  }
  return environment;
}
