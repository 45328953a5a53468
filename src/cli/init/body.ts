/** A mapping of a configuration. */
export type Body = Readonly<Record<string, unknown>>;

/** The mapping, or an empty one where it is something else. */
export function bodyOf(value: unknown): Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};
}
