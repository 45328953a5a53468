import type { Checked, Finding } from './finding.ts';
import {
  bodyWithoutParameters,
  isRecord,
  namedElements,
  references,
  texts,
  type Named,
  type ParameterBody,
} from './walk.ts';

/** Which types each kind of element may declare ("Reusable configuration reference: parameter types"). */
const TYPES: Record<Named['section'], readonly string[]> = {
  executors: ['string', 'boolean', 'integer', 'enum'],
  commands: ['string', 'boolean', 'integer', 'enum', 'steps', 'env_var_name'],
  jobs: ['string', 'boolean', 'integer', 'enum', 'steps', 'env_var_name', 'executor'],
};

/** Declarations that the compiler would refuse, or that would surprise whoever uses them. */
export function checkParameters({ orb }: Checked): Finding[] {
  const executors = new Set(Object.keys(orb.executors));
  return namedElements(orb).flatMap((named) => [
    ...Object.entries(named.parameters).flatMap(([parameter, body]) =>
      faultsOf(body, named, executors).map((message) => ({ element: named.element, parameter, message })),
    ),
    ...checkUse(named),
  ]);
}

function faultsOf(body: ParameterBody, named: Named, executors: ReadonlySet<string>): string[] {
  const faults: string[] = [];
  if (typeof body.description !== 'string' || body.description.trim() === '') {
    faults.push('it has no description');
  }
  if (typeof body.type !== 'string' || !TYPES[named.section].includes(body.type)) {
    faults.push(`${named.section} take no parameter of type ${JSON.stringify(body.type)}`);
    return faults;
  }
  if ((body.type === 'enum') !== (body.enum !== undefined)) {
    faults.push('a list of values belongs to type enum, and type enum needs one');
    return faults;
  }
  const fault = body.default === undefined ? undefined : valueFault(body.default, body, executors);
  if (fault !== undefined) faults.push(`its default ${JSON.stringify(body.default)} ${fault}`);
  return faults;
}

/** What is wrong with a literal value for a parameter, in words that follow the value. */
export function valueFault(
  value: unknown,
  { type, enum: values }: ParameterBody,
  executors: ReadonlySet<string>,
): string | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'is not a string';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'is not a boolean';
    case 'integer':
      return Number.isInteger(value) ? undefined : 'is not an integer';
    case 'steps':
      return Array.isArray(value) ? undefined : 'is not a list of steps';
    case 'enum':
      return Array.isArray(values) && values.includes(value)
        ? undefined
        : `is none of ${JSON.stringify(values)}`;
    case 'env_var_name':
      return typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value)
        ? undefined
        : 'is not the name of an environment variable';
    case 'executor': {
      const name = isRecord(value) ? value['name'] : value;
      return typeof name === 'string' && executors.has(name) ? undefined : 'is not an executor of this orb';
    }
    default:
      return `has the unknown type ${JSON.stringify(type)}`;
  }
}

/** Parameters that are used without being declared, or declared without being used. */
function checkUse({ element, body, parameters }: Named): Finding[] {
  const used = new Set(texts(bodyWithoutParameters(body)).flatMap(({ text }) => references(text)));
  const undeclared = [...used].filter((parameter) => !Object.hasOwn(parameters, parameter));
  const unused = Object.keys(parameters).filter((parameter) => !used.has(parameter));
  return [
    ...undeclared.map((parameter) => ({ element, parameter, message: 'it is used without being declared' })),
    ...unused.map((parameter) => ({ element, parameter, message: 'it is declared and never used' })),
  ];
}
