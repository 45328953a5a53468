/** Plain data as a configuration holds it; `unknown` members because CircleCI checks them late. */
export type Mapping = Readonly<Record<string, unknown>>;

/** True for a map, false for lists, null and the expander's own wrapped values. */
export function isMapping(value: unknown): value is Mapping {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.getPrototypeOf(value) === Object.prototype
  );
}

/** The member of a map, without falling through to `Object.prototype`. */
export function member(value: Mapping, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The type's name as CircleCI's messages give it. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
  return typeof value === 'object' ? 'map' : typeof value;
}

/** False, null, 0, NaN and the empty string are false to CircleCI. Source: Configuration reference, logic statements. */
export function isTruthy(value: unknown): boolean {
  return !(
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    Number.isNaN(value) ||
    value === ''
  );
}

/** A scalar as text; null, lists and maps are the empty text. */
export function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

/** A wrapped value that reads as its name where text is wanted, such as a chosen executor. */
export abstract class Named {
  constructor(readonly name: string) {}
}
