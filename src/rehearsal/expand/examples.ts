import { placeOf } from '../document/places.ts';
import { readDocument } from '../document/read.ts';
import { ConfigError } from '../errors.ts';
import { expandConfig } from './compile.ts';
import type { CompiledConfig, ExpandOptions } from './compile.ts';
import type { OrbSource, OrbSources } from './orbs.ts';
import { isMapping, member } from './values.ts';

/** One usage example of an orb, compiled. */
export interface CompiledExample {
  readonly name: string;
  readonly config: CompiledConfig;
}

/**
 * Compiles every `examples.<name>.usage` of an orb. Imports of an orb called `orbName`, in any namespace and version, mean
 * the orb itself.
 * @throws ConfigError for the first example that does not compile.
 */
export function expandExamples(
  orb: OrbSource,
  orbName: string,
  options: ExpandOptions = {},
): CompiledExample[] {
  const document = readDocument(orb.text, orb.file);
  const examples = isMapping(document) ? (member(document, 'examples') ?? {}) : undefined;
  if (!isMapping(examples)) {
    throw new ConfigError({
      reason: "The orb's 'examples' is not a map.",
      place: placeOf(document, 'examples'),
    });
  }
  return Object.entries(examples).map(([name, example]) => {
    const usage = isMapping(example) ? member(example, 'usage') : undefined;
    if (!isMapping(usage)) {
      throw new ConfigError({
        reason: "An example needs 'usage', a whole configuration.",
        place: placeOf(examples, name),
        element: [`example ${name}`],
      });
    }
    const orbs: OrbSources = { ...selfImports(member(usage, 'orbs'), orbName, orb), ...options.orbs };
    return { name, config: expandConfig({ document: usage, file: orb.file }, { ...options, orbs }) };
  });
}

function selfImports(orbs: unknown, orbName: string, orb: OrbSource): OrbSources {
  const references = isMapping(orbs) ? Object.values(orbs) : [];
  return Object.fromEntries(
    references
      .filter((reference) => typeof reference === 'string')
      .map((reference) => reference.split('@')[0] ?? '')
      .filter((name) => name.split('/').at(-1) === orbName)
      .map((name) => [name, orb]),
  );
}
