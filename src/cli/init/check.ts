import { expandConfig } from '../../rehearsal/expand/compile.ts';
import { ConfigError } from '../../rehearsal/errors.ts';

/**
 * Compiles a configuration as CircleCI does, with the orb of this package for ours.
 * @param orb the packed orb's text, and what configurations call it.
 * @returns what is wrong with it; undefined when it compiles.
 */
export function faultOf(
  text: string,
  file: string,
  orb: { readonly text: string; readonly names: readonly string[] },
): string | undefined {
  const source = { text: orb.text, file: 'orb.yml' };
  try {
    expandConfig({ text, file }, { orbs: Object.fromEntries(orb.names.map((name) => [name, source])) });
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
