import { placeOf } from '../document/places.ts';
import type { Place } from '../document/places.ts';
import type { Frame } from './frame.ts';
import { isMapping, member, typeName } from './values.ts';

const TYPES = ['string', 'boolean', 'integer', 'enum', 'executor', 'steps', 'env_var_name'] as const;
type ParameterType = (typeof TYPES)[number];

interface Declaration {
  readonly name: string;
  readonly type: ParameterType;
  readonly options: readonly unknown[];
  readonly hasDefault: boolean;
  readonly fallback: unknown;
  readonly place: Place | undefined;
}

/** Reads an argument where it was written: a step or an executor means what it means there. */
export interface ArgumentReader {
  steps(raw: unknown, frame: Frame, place: Place | undefined): unknown;
  executor(raw: unknown, frame: Frame, place: Place | undefined): unknown;
}

/** Which parameter types an element may declare. Source: Reusing configuration, "Parameter types". */
const ALLOWED: Readonly<Record<'command' | 'job' | 'executor' | 'pipeline', readonly ParameterType[]>> = {
  command: TYPES,
  job: TYPES,
  executor: ['string', 'enum', 'boolean', 'integer', 'env_var_name'],
  pipeline: ['string', 'boolean', 'integer', 'enum'],
};

function describe(value: unknown): string {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !isMapping(value)
    ? `(type ${typeName(value)})`
    : `${JSON.stringify(value ?? null)} (type ${typeName(value)})`;
}

function accepts(declaration: Declaration, value: unknown): boolean {
  switch (declaration.type) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'enum':
      return declaration.options.includes(value);
    case 'env_var_name':
      return typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value);
    case 'executor':
    case 'steps':
      // Their readers have refused everything else already.
      return true;
  }
}

/** Reads the declarations of an element, with its own frame for the errors. */
function declarations(raw: unknown, kind: keyof typeof ALLOWED, frame: Frame): Declaration[] {
  if (raw === undefined || raw === null) return [];
  if (!isMapping(raw)) throw frame.fail("'parameters' is not a map of names to declarations.");
  return Object.entries(raw).map(([name, declaration]) => {
    const place = placeOf(raw, name);
    const fail = (reason: string): Error => frame.fail(reason, { place, parameter: name });
    if (!isMapping(declaration)) throw fail(`Parameter error: the declaration of '${name}' is not a map.`);
    const type = TYPES.find((known) => known === member(declaration, 'type'));
    if (type === undefined || !ALLOWED[kind].includes(type)) {
      const given = JSON.stringify(member(declaration, 'type') ?? null);
      throw fail(
        `Parameter error: parameter '${name}' has type ${given}: expected one of ${ALLOWED[kind].join(', ')}`,
      );
    }
    const options = member(declaration, 'enum');
    if (type === 'enum' && !(Array.isArray(options) && options.length > 0)) {
      throw fail(`Parameter error: parameter '${name}' of type enum has no list 'enum' of its values`);
    }
    for (const key of Object.keys(declaration)) {
      if (!['type', 'default', 'description', 'enum'].includes(key)) {
        throw fail(`Parameter error: parameter '${name}' has an unknown key '${key}'`);
      }
    }
    return {
      name,
      type,
      options: Array.isArray(options) ? (options as unknown[]) : [],
      hasDefault: Object.hasOwn(declaration, 'default'),
      fallback: member(declaration, 'default'),
      place,
    };
  });
}

function read(
  declaration: Declaration,
  raw: unknown,
  frame: Frame,
  place: Place | undefined,
  reader: ArgumentReader,
): unknown {
  if (declaration.type === 'steps') {
    const value = typeof raw === 'string' ? frame.resolve(raw, place) : raw;
    if (Array.isArray(value) || (typeof value === 'object' && value !== null && !isMapping(value))) {
      return reader.steps(value, frame, place);
    }
    return value;
  }
  if (declaration.type === 'executor') {
    const value = typeof raw === 'string' ? frame.resolve(raw, place) : raw;
    const usable =
      (typeof value === 'string' && value !== '') ||
      (typeof value === 'object' && value !== null && !Array.isArray(value));
    return usable ? reader.executor(value, frame, place) : value;
  }
  const value = frame.resolve(raw, place);
  // An empty pipeline value (a tag pipeline's branch) is an empty text wherever a text is wanted.
  return value === null && raw !== null && declaration.type === 'string' ? '' : value;
}

function checked(declaration: Declaration, value: unknown): boolean {
  if (declaration.type === 'steps' || declaration.type === 'executor') {
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !isMapping(value);
  }
  return accepts(declaration, value);
}

export interface Binding {
  readonly kind: 'command' | 'job' | 'executor' | 'pipeline';
  /** The element's `parameters` as written. */
  readonly declared: unknown;
  /** The arguments as written by the caller, without reserved names. */
  readonly given: unknown;
  /** Where the arguments are read. */
  readonly caller: Frame;
  /** Where the defaults are read, and what errors speak of. */
  readonly callee: Frame;
  readonly reader: ArgumentReader;
  /** True when the templates of `given` are filled already; what they brought in is not read again. */
  readonly filled?: boolean;
  /** Positions of arguments that are not at their key in `given`. */
  readonly place?: Place | undefined;
}

/**
 * Binds the arguments of one call to the declared parameters. Nothing is converted: `true` without quotes is no string.
 * @throws ConfigError with CircleCI's wording for unexpected, missing and wrongly typed arguments and bad defaults.
 */
export function bindParameters(binding: Binding): Map<string, unknown> {
  const { callee, caller, reader } = binding;
  const declared = declarations(binding.declared, binding.kind, callee);
  const given = binding.given ?? {};
  if (!isMapping(given)) {
    throw callee.fail(`Expected a map of arguments, not ${describe(given)}`, { place: binding.place });
  }
  const place = binding.place ?? placeOf(given) ?? callee.place;
  const unexpected = Object.keys(given).filter(
    (name) => !declared.some((parameter) => parameter.name === name),
  );
  if (unexpected[0] !== undefined) {
    throw callee.fail(`Unexpected argument(s): ${unexpected.join(', ')}`, {
      place: placeOf(given, unexpected[0]) ?? place,
      parameter: unexpected.join(', '),
    });
  }
  const missing = declared.filter(({ name, hasDefault }) => !hasDefault && !Object.hasOwn(given, name));
  if (missing[0] !== undefined) {
    const names = missing.map(({ name }) => name).join(', ');
    throw callee.fail(`Missing required argument(s): ${names}`, { place, parameter: names });
  }
  const bound = new Map<string, unknown>();
  for (const declaration of declared) {
    const { name, type } = declaration;
    if (Object.hasOwn(given, name)) {
      const at = placeOf(given, name) ?? place;
      const value =
        binding.filled === true ? given[name] : read(declaration, given[name], caller, at, reader);
      if (!checked(declaration, value)) {
        const choices = type === 'enum' ? `, one of ${declaration.options.map(String).join(', ')}` : '';
        throw callee.fail(
          `Type error for argument ${name}: expected type: ${type}${choices}, actual value: ${describe(value)}`,
          { place: at, parameter: name },
        );
      }
      bound.set(name, value);
    } else {
      bound.set(name, defaultOf(declaration, callee, reader));
    }
  }
  // A bad default is a fault of the element itself, so it is found even where an argument hides it.
  for (const declaration of declared) {
    if (declaration.hasDefault && Object.hasOwn(given, declaration.name))
      defaultOf(declaration, callee, reader);
  }
  return bound;
}

function defaultOf(declaration: Declaration, callee: Frame, reader: ArgumentReader): unknown {
  const { name, type, fallback, place } = declaration;
  const value = read(declaration, fallback, callee, place, reader);
  if (!checked(declaration, value)) {
    const shown = typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
    throw callee.fail(
      `Parameter error: default value of parameter '${name}' is ${shown} (type ${typeName(value)}): expected type ${type}`,
      { place, parameter: name },
    );
  }
  return value;
}
