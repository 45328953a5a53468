/** A position in a file, both numbers starting at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Origin {
  readonly self: Place;
  readonly children: ReadonlyMap<string | number, Place>;
}

/**
 * Positions stand beside the values, not in them: the expander works on plain data, and a fault found in a value that
 * came from a file can still name its line. Scalars have no identity, so they are found through their container.
 */
const origins = new WeakMap<object, Origin>();

/** Records where a map or list was read, and where each of its keys or items stands. */
export function recordOrigin(
  container: object,
  self: Place,
  children: ReadonlyMap<string | number, Place>,
): void {
  origins.set(container, { self, children });
}

/** Gives a transformed copy the positions of the value it was made from. */
export function inheritOrigin<T extends object>(copy: T, original: object): T {
  const origin = origins.get(original);
  if (origin !== undefined) {
    origins.set(copy, origin);
  }
  return copy;
}

/** The position of a map or list, or of one of its keys or items; undefined for values that no file holds. */
export function placeOf(container: unknown, key?: string | number): Place | undefined {
  if (typeof container !== 'object' || container === null) {
    return undefined;
  }
  const origin = origins.get(container);
  if (origin === undefined || key === undefined) {
    return origin?.self;
  }
  return origin.children.get(key) ?? origin.self;
}
