import { executors, parameters, reusable } from '@circleci/circleci-config-sdk';
import { OrbDefinitionError } from './error.ts';
import { orderComponent } from './order.ts';
import type { OrbDocument, OrbElement, OrbParameter, OrbRoot, Section } from './shapes.ts';
import { SECTIONS } from './shapes.ts';
import { generateStep, type Step } from './steps.ts';
import { escapeTemplates } from './templates.ts';

/** What the SDK's component classes take; its published typings leave parts of it open. */
type SdkStep = ConstructorParameters<typeof reusable.ReusableCommand>[1] extends (infer S)[] | undefined
  ? S
  : never;

function parameterList(owner: string, list: readonly OrbParameter[]): parameters.CustomParametersList<never> {
  const result = new parameters.CustomParametersList<parameterLiteral>();
  const seen = new Set<string>();
  for (const parameter of list) {
    // The SDK would let the last of two win in silence.
    if (seen.has(parameter.name)) {
      throw new OrbDefinitionError(owner, `the parameter ${JSON.stringify(parameter.name)} is defined twice`);
    }
    seen.add(parameter.name);
    if (parameter.type === 'enum' && (parameter.values ?? []).length === 0) {
      throw new OrbDefinitionError(owner, `the enum ${JSON.stringify(parameter.name)} has no values`);
    }
    const value = parameter.default;
    result.define(
      parameter.name,
      parameter.type,
      typeof value === 'string' ? escapeTemplates(value) : value,
      escapeTemplates(parameter.description),
      parameter.values === undefined ? undefined : [...parameter.values],
    );
  }
  return result as parameters.CustomParametersList<never>;
}
type parameterLiteral = OrbParameter['type'];

function element(section: Section, name: string, body: Record<string, unknown>): OrbElement {
  return { section, name, body: orderComponent(body) };
}

export interface CommandOptions {
  readonly name: string;
  readonly description: string;
  readonly parameters?: readonly OrbParameter[];
  readonly steps: readonly Step[];
}

/** A command of the orb. */
export function command(options: CommandOptions): OrbElement {
  const made = new reusable.ReusableCommand(
    options.name,
    options.steps as unknown as SdkStep[],
    parameterList(`commands/${options.name}`, options.parameters ?? []),
    escapeTemplates(options.description),
  );
  return element('commands', options.name, {
    ...made.generateContents(false),
    steps: options.steps.map(generateStep),
  });
}

export interface JobOptions extends CommandOptions {
  /** A name of an executor, or a reference to a parameter of type `executor`. */
  readonly executor: string;
  readonly resourceClass?: string;
}

/** A job of the orb. */
export function job(options: JobOptions): OrbElement {
  const executor = new reusable.ReusedExecutor({ name: options.executor } as reusable.ReusableExecutor);
  const made = new reusable.ParameterizedJob(
    options.name,
    executor,
    parameterList(`jobs/${options.name}`, options.parameters ?? []),
    options.steps as unknown as SdkStep[],
  );
  return element('jobs', options.name, {
    ...(made.generateContents(true) as unknown as Record<string, unknown>),
    description: escapeTemplates(options.description),
    resource_class: options.resourceClass,
    steps: options.steps.map(generateStep),
  });
}

export interface ExecutorOptions {
  readonly name: string;
  readonly description: string;
  readonly parameters?: readonly OrbParameter[];
  readonly image: string;
}

/** A docker executor of the orb. */
export function dockerExecutor(options: ExecutorOptions): OrbElement {
  const made = new reusable.ReusableExecutor(
    options.name,
    new executors.DockerExecutor(options.image),
    parameterList(`executors/${options.name}`, options.parameters ?? []),
  );
  const shape = made.generate() as unknown as Record<string, Record<string, unknown>>;
  const body = { ...shape[options.name], description: escapeTemplates(options.description) };
  // The SDK writes `resource_class: medium` unasked; the job that uses the executor decides.
  return element('executors', options.name, { ...body, resource_class: undefined });
}

/** A usage example; the usage is a whole configuration. */
export function example(name: string, description: string, usage: Record<string, unknown>): OrbElement {
  return element('examples', name, { description: escapeTemplates(description), usage });
}

/**
 * The whole orb, its elements sorted by name as `circleci orb pack` has them.
 *
 * @throws {OrbDefinitionError} when two elements of one section have the same name.
 */
export function orbDocument(root: OrbRoot, elements: readonly OrbElement[]): OrbDocument {
  const sections = Object.fromEntries(SECTIONS.map((section) => [section, {}])) as Record<
    Section,
    Record<string, Readonly<Record<string, unknown>>>
  >;
  for (const { section, name, body } of [...elements].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (Object.hasOwn(sections[section], name)) {
      throw new OrbDefinitionError(`${section}/${name}`, 'the element is defined twice');
    }
    sections[section][name] = body;
  }
  return { ...root, description: escapeTemplates(root.description), ...sections };
}
