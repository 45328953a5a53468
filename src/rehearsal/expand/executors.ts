import { inheritOrigin, placeOf } from '../document/places.ts';
import type { Place } from '../document/places.ts';
import type { Frame } from './frame.ts';
import { bindParameters } from './parameters.ts';
import type { ArgumentReader } from './parameters.ts';
import { isMapping, member, Named, typeName } from './values.ts';
import type { Mapping } from './values.ts';

/** An executor chosen by a caller: the name belongs to the caller's scope, the arguments are filled already. */
export class ExecutorChoice extends Named {
  constructor(
    name: string,
    readonly given: Mapping,
    readonly frame: Frame,
    readonly place: Place | undefined,
  ) {
    super(name);
  }
}

const EXECUTOR_KEYS = [
  ...['description', 'parameters', 'docker', 'machine', 'macos', 'windows', 'resource_class', 'shell'],
  ...['working_directory', 'environment'],
];

const plainArguments: ArgumentReader = {
  steps: (value) => value,
  executor: (value) => value,
};

/**
 * Reads `executor: name` or `executor: {name, …arguments}` where it is written. The name may be a template that holds an
 * executor argument of the caller.
 * @throws ConfigError when it is neither.
 */
export function executorArgument(raw: unknown, frame: Frame, place: Place | undefined): ExecutorChoice {
  const value = typeof raw === 'string' ? frame.resolve(raw, place) : raw;
  if (value instanceof ExecutorChoice) return value;
  if (typeof value === 'string' && value !== '') return known(new ExecutorChoice(value, {}, frame, place));
  if (!isMapping(value)) {
    throw frame.fail(`An executor is a name or a map with 'name', not a ${typeName(value)}.`, { place });
  }
  const { name: rawName, ...rest } = value;
  const name = frame.resolve(rawName, placeOf(value, 'name') ?? place);
  const given = frame.resolve(inheritOrigin(rest, value), place) as Mapping;
  if (name instanceof ExecutorChoice) {
    return new ExecutorChoice(name.name, { ...name.given, ...given }, name.frame, place);
  }
  if (typeof name !== 'string' || name === '') {
    throw frame.fail("An executor map needs 'name'.", { place });
  }
  return known(new ExecutorChoice(name, given, frame, place));
}

function known(choice: ExecutorChoice): ExecutorChoice {
  if (choice.frame.scope.find('executor', choice.name) === undefined) {
    throw choice.frame.fail(`Cannot find a definition for executor named ${choice.name}`, {
      place: choice.place,
    });
  }
  return choice;
}

/** The chosen executor's keys, with its parameters filled; `description` and `parameters` are gone. */
export function expandExecutor(choice: ExecutorChoice): Mapping {
  const found = choice.frame.scope.find('executor', choice.name);
  if (found === undefined) {
    throw choice.frame.fail(`Cannot find a definition for executor named ${choice.name}`, {
      place: choice.place,
    });
  }
  const callee = choice.frame.call('executor', choice.name, { scope: found.scope, place: choice.place });
  const unknown = Object.keys(found.definition).find((key) => !EXECUTOR_KEYS.includes(key));
  if (unknown !== undefined) {
    throw callee.fail(`An executor has no key '${unknown}'.`, { place: placeOf(found.definition, unknown) });
  }
  const parameters = bindParameters({
    kind: 'executor',
    declared: member(found.definition, 'parameters'),
    given: choice.given,
    filled: true,
    caller: choice.frame,
    callee,
    reader: plainArguments,
    place: choice.place,
  });
  const { description: _description, parameters: _parameters, ...body } = found.definition;
  return callee.withParameters(parameters).resolve(body) as Mapping;
}
