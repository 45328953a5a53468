import { placeOf } from '../document/places.ts';
import type { Place } from '../document/places.ts';
import { builtinOptions, isBuiltin } from './builtins.ts';
import { holds } from './condition.ts';
import { executorArgument } from './executors.ts';
import type { Frame } from './frame.ts';
import { bindParameters } from './parameters.ts';
import type { ArgumentReader } from './parameters.ts';
import { ExpandedSteps } from './types.ts';
import type { FlatStep } from './types.ts';
import { isMapping, member, typeName } from './values.ts';

/**
 * Expands a list of steps to CircleCI's own ones. Commands are looked up in the frame's scope and shadow built-in steps
 * of the same name; `when`, `unless` and `steps` are resolved here.
 * @throws ConfigError naming the step.
 */
export function expandSteps(raw: unknown, frame: Frame, place: Place | undefined): FlatStep[] {
  const value = typeof raw === 'string' ? frame.resolve(raw, place) : raw;
  if (value instanceof ExpandedSteps) {
    return [...value.steps];
  }
  if (!Array.isArray(value)) {
    throw frame.fail(`Expected a list of steps, not a ${typeName(value)}: ${JSON.stringify(value)}`, {
      place,
    });
  }
  const list: readonly unknown[] = value;
  return list.flatMap((step, index) => {
    const at = placeOf(list, index) ?? place;
    return expandStep(step, frame.into(`step ${String(index + 1)}`, at));
  });
}

/** Steps and executors given as arguments: expanded in the caller's scope, with the caller's parameters. */
export const argumentReader: ArgumentReader = {
  steps: (raw, frame, place) =>
    new ExpandedSteps(expandSteps(raw, frame.into('steps argument', place), place)),
  executor: (raw, frame, place) => executorArgument(raw, frame, place),
};

function expandStep(step: unknown, frame: Frame): FlatStep[] {
  if (typeof step === 'string') {
    const name = frame.resolve(step);
    if (typeof name !== 'string') {
      throw frame.fail(
        `A step is a name or a map, not ${JSON.stringify(step)}; write steps as 'steps: ${step}'.`,
      );
    }
    return invoke(name, undefined, frame, undefined);
  }
  const [entry, second] = isMapping(step) ? Object.entries(step) : [];
  if (entry === undefined) {
    throw frame.fail(`A step is a name or a map with one key, not ${JSON.stringify(step)}`);
  }
  if (second !== undefined) {
    throw frame.fail(`A step has one key, not '${entry[0]}' and '${second[0]}': check the indentation.`, {
      place: placeOf(step, second[0]),
    });
  }
  const [name, options] = entry;
  const place = placeOf(step, name);
  switch (name) {
    case 'steps':
      return expandSteps(options, frame, place);
    case 'when':
    case 'unless':
      return conditional(name, options, frame.into(undefined, place));
    default:
      return invoke(name, options, frame.into(undefined, place), place);
  }
}

function conditional(kind: 'when' | 'unless', options: unknown, frame: Frame): FlatStep[] {
  if (!isMapping(options) || !Object.hasOwn(options, 'condition') || !Object.hasOwn(options, 'steps')) {
    throw frame.fail(`A '${kind}' step needs 'condition' and 'steps'.`);
  }
  const unknown = Object.keys(options).find((key) => key !== 'condition' && key !== 'steps');
  if (unknown !== undefined) {
    throw frame.fail(`A '${kind}' step has no key '${unknown}'.`, { place: placeOf(options, unknown) });
  }
  const condition = holds(options.condition, frame, placeOf(options, 'condition'));
  // Steps whose condition fails are not looked at: their arguments may be invalid just then.
  return condition === (kind === 'when')
    ? expandSteps(options.steps, frame.into(kind, undefined), placeOf(options, 'steps'))
    : [];
}

function invoke(name: string, options: unknown, frame: Frame, place: Place | undefined): FlatStep[] {
  const found = frame.scope.find('command', name);
  if (found === undefined) {
    if (!isBuiltin(name)) {
      throw frame.fail(`Cannot find a definition for command named ${name}`);
    }
    const resolved = builtinOptions(name, frame.resolve(options, place), frame);
    return [{ type: name, options: resolved, element: frame.element.join(', '), place: frame.place }];
  }
  const key = `${found.scope.path}:${found.name}`;
  const callee = frame.call('command', name, { scope: found.scope });
  if (frame.commands.includes(key)) {
    const chain = [...frame.commands, key].map((command) => command.slice(command.indexOf(':') + 1));
    throw callee.fail(`The command calls itself: ${chain.join(' -> ')}`);
  }
  const { definition } = found;
  const unknown = Object.keys(definition).find(
    (part) => !['description', 'parameters', 'steps'].includes(part),
  );
  if (unknown !== undefined) {
    throw callee.fail(`A command has no key '${unknown}'.`, { place: placeOf(definition, unknown) });
  }
  const parameters = bindParameters({
    kind: 'command',
    declared: member(definition, 'parameters'),
    given: options,
    caller: frame,
    callee,
    reader: argumentReader,
    place,
  });
  return expandSteps(definition.steps, callee.withParameters(parameters), placeOf(definition, 'steps'));
}
