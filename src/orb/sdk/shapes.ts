/** The plain objects that an orb consists of once it is generated: what is checked, written and packed. */

/** A type of a parameter, as CircleCI names them ("Reusable configuration reference: parameter types"). */
export type OrbParameterType =
  'string' | 'boolean' | 'integer' | 'enum' | 'executor' | 'steps' | 'env_var_name';

/** A parameter of a command, job or executor before it is generated. */
export interface OrbParameter {
  readonly name: string;
  readonly type: OrbParameterType;
  readonly description: string;
  /** Absent: the caller must give a value. */
  readonly default?: string | boolean | number | readonly unknown[];
  /** What an `enum` may be. */
  readonly values?: readonly string[];
}

/** One step as it stands in YAML: a name alone, or a name with arguments. */
export type StepShape = string | Readonly<Record<string, unknown>>;

/** The sections of an orb that hold elements, in the order in which they are written. */
export const SECTIONS = ['executors', 'commands', 'jobs', 'examples'] as const;
export type Section = (typeof SECTIONS)[number];

/** One element of an orb: becomes one file of the unpacked tree and one entry of the packed orb. */
export interface OrbElement {
  readonly section: Section;
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the registry's page shows of the orb as a whole. */
export interface OrbRoot {
  readonly version: 2.1;
  readonly description: string;
  readonly display: { readonly home_url: string; readonly source_url: string };
}

/** An orb as plain data, scripts still being includes. */
export interface OrbDocument extends OrbRoot {
  readonly executors: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly commands: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly jobs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly examples: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
