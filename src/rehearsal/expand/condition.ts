import { placeOf } from '../document/places.ts';
import type { Place } from '../document/places.ts';
import type { Frame } from './frame.ts';
import { matchesFully } from './patterns.ts';
import { isMapping, isTruthy, member, Named, scalarText } from './values.ts';

const OPERATORS = ['and', 'or', 'not', 'equal', 'matches'];

/**
 * Decides a logic statement (`and`, `or`, `not`, `equal`, `matches`) or a plain value, whose templates are filled first.
 * Source: Configuration reference, "Logic statements". `equal` tells 1 from "1"; `matches` is a full match.
 * @throws ConfigError for an unknown operator, several operators in one map, or an empty list.
 */
export function holds(raw: unknown, frame: Frame, place?: Place): boolean {
  return decide(frame.resolve(raw, place), frame, place ?? frame.place);
}

function decide(value: unknown, frame: Frame, place: Place | undefined): boolean {
  if (!isMapping(value)) {
    return isTruthy(value);
  }
  const [entry, second] = Object.entries(value);
  if (entry === undefined) return false;
  const [operator, operand] = entry;
  const at = placeOf(value, operator) ?? place;
  if (second !== undefined) {
    throw frame.fail(`A logic statement has one operator, not '${operator}' and '${second[0]}'.`, {
      place: at,
    });
  }
  if (OPERATORS.includes(operator) && (operand === null || operand === undefined)) {
    // An operator without operands is false, and `not` of nothing is true.
    return operator === 'not';
  }
  switch (operator) {
    case 'and':
      return operands(operator, operand, frame, at).every((item) => decide(item, frame, at));
    case 'or':
      return operands(operator, operand, frame, at).some((item) => decide(item, frame, at));
    case 'not':
      return !decide(operand, frame, at);
    case 'equal': {
      const list = operands(operator, operand, frame, at);
      return list.every((item) => same(item, list[0]));
    }
    case 'matches':
      return matches(operand, frame, at);
    default:
      throw frame.fail(`Unknown logic operator '${operator}': expected one of ${OPERATORS.join(', ')}`, {
        place: at,
      });
  }
}

function operands(operator: string, operand: unknown, frame: Frame, place: Place | undefined): unknown[] {
  if (!Array.isArray(operand) || operand.length === 0) {
    throw frame.fail(`'${operator}' takes a list of at least one value.`, { place });
  }
  return operand as unknown[];
}

function matches(operand: unknown, frame: Frame, place: Place | undefined): boolean {
  const pattern = isMapping(operand) ? member(operand, 'pattern') : undefined;
  const value = isMapping(operand) ? member(operand, 'value') : undefined;
  if (typeof pattern !== 'string' || value === undefined) {
    throw frame.fail("'matches' takes 'pattern' and 'value'.", { place });
  }
  return frame.guard(() => matchesFully(pattern, scalarText(value)), place);
}

function same(one: unknown, other: unknown): boolean {
  const left = one instanceof Named ? one.name : one;
  const right = other instanceof Named ? other.name : other;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => same(item, right[index]));
  }
  if (isMapping(left) && isMapping(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length && keys.every((key) => same(left[key], member(right, key)))
    );
  }
  return Object.is(left, right);
}
