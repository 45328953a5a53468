import { messageOf } from '../errors.ts';

/** A pattern that this machine's regular expressions cannot take over from CircleCI's (Java's). */
export class PatternError extends Error {}

/**
 * Matches a whole value against a Java pattern, as CircleCI does for `matches` and for `/…/` in filters. Leading flags
 * `(?i)`, `(?s)`, `(?m)` are taken over, and so are `\A` and `\z`.
 * @throws PatternError for a pattern that only Java can read.
 */
export function matchesFully(pattern: string, value: string): boolean {
  const [, flags = '', body = pattern] = /^\(\?([ims]+)\)([\s\S]*)$/.exec(pattern) ?? [];
  const source = body.replace(/\\([AzZ])/g, (_, anchor: string) => (anchor === 'A' ? '^' : '$'));
  try {
    return new RegExp(`^(?:${source})$`, flags).test(value);
  } catch (error) {
    throw new PatternError(`The pattern ${JSON.stringify(pattern)} cannot be used: ${messageOf(error)}`);
  }
}
