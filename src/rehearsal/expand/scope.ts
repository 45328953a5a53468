import { ConfigError } from '../errors.ts';
import { placeOf } from '../document/places.ts';
import { isMapping, member } from './values.ts';
import type { Mapping } from './values.ts';

/** The kinds of named element that a configuration or an orb defines. */
export type ElementKind = 'command' | 'job' | 'executor';

/** An element found by its name: the definition, and the scope in which its body must be read. */
export interface Found {
  readonly definition: Mapping;
  readonly scope: Scope;
  /** The name as the caller wrote it, with the orb's alias. */
  readonly name: string;
}

const SECTIONS = { command: 'commands', job: 'jobs', executor: 'executors' } as const;

/**
 * What a configuration or an orb can see: its own elements, and those of the orbs it imports itself. An orb sees nothing
 * of the configuration that uses it.
 */
export class Scope {
  readonly orbs = new Map<string, Scope>();

  constructor(
    readonly document: Mapping,
    /** How the configuration reaches this orb, such as `heroku-cd` or `outer/inner`; empty for the configuration. */
    readonly path: string,
  ) {}

  get isOrb(): boolean {
    return this.path !== '';
  }

  /** The elements of one kind as they stand in the file. */
  section(kind: ElementKind): Mapping {
    const section = member(this.document, SECTIONS[kind]);
    if (section === undefined || section === null) {
      return {};
    }
    if (!isMapping(section)) {
      throw new ConfigError({
        reason: `'${SECTIONS[kind]}' is not a map of names to definitions.`,
        place: placeOf(this.document, SECTIONS[kind]),
      });
    }
    return section;
  }

  /**
   * Finds an element by `name` or `alias/name`. A definition that is a string is another name of the element it names.
   * @throws ConfigError for a definition that is neither a map nor such a name.
   */
  find(kind: ElementKind, name: string, seen: readonly string[] = []): Found | undefined {
    const section = this.section(kind);
    const definition = member(section, name);
    if (definition === undefined) {
      const slash = name.indexOf('/');
      const found =
        slash === -1 ? undefined : this.orbs.get(name.slice(0, slash))?.find(kind, name.slice(slash + 1));
      return found === undefined ? undefined : { ...found, name };
    }
    const place = placeOf(section, name);
    if (typeof definition === 'string') {
      if (seen.includes(name)) {
        throw new ConfigError({ reason: `The ${kind} '${name}' is another name of itself.`, place });
      }
      const target = this.find(kind, definition, [...seen, name]);
      if (target === undefined) {
        throw new ConfigError({ reason: `Cannot find a definition for ${kind} named ${definition}`, place });
      }
      return target;
    }
    if (!isMapping(definition)) {
      throw new ConfigError({ reason: `The definition of ${kind} '${name}' is not a map.`, place });
    }
    return { definition, scope: this, name };
  }
}
