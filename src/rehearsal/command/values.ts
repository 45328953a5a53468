import { RehearsalError } from '../errors.ts';
import { isMapping, member } from '../expand/values.ts';

/**
 * Splits `NAME=VALUE` options; the last one of a name wins.
 * @throws RehearsalError naming the option, for an entry without `=`.
 */
export function pairs(option: string, entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      // An address may hold '=' itself, so the last one separates where the value is a file.
      const at = option === 'orb' ? entry.lastIndexOf('=') : entry.indexOf('=');
      if (at < 1 || (at === entry.length - 1 && option !== 'parameter')) {
        throw new RehearsalError(`--${option} takes NAME=VALUE, not ${JSON.stringify(entry)}.`, option);
      }
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/**
 * Reads `--env NAME=VALUE` and `--env NAME`, which takes the caller's value.
 * @throws RehearsalError for a bad name, or a caller's variable that is not set. Values are never shown.
 */
export function projectVariables(
  entries: readonly string[],
  caller: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      const name = at === -1 ? entry : entry.slice(0, at);
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        throw new RehearsalError(
          `--env: ${JSON.stringify(name)} is no name of an environment variable.`,
          'env',
        );
      }
      const value = at === -1 ? caller[name] : entry.slice(at + 1);
      if (value === undefined) {
        throw new RehearsalError(
          `--env ${name}: the variable is not set here; write --env ${name}=VALUE.`,
          'env',
        );
      }
      return [name, value];
    }),
  );
}

/**
 * Reads a file of `NAME=value` lines. Blank lines and lines that start with `#` are left out, `export ` may stand before a
 * name, and a value may be quoted: single quotes keep it as it is, double quotes read `\n`, `\"`, `\\` and `\$`.
 * @throws RehearsalError naming file and line, never the value.
 */
export function parseEnvFile(text: string, file: string): Record<string, string> {
  const variables: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw new RehearsalError(`${file}:${String(index + 1)}: expected NAME=value.`, 'context');
    }
    variables[name] = unquoted(value.trim(), `${file}:${String(index + 1)}`);
  }
  return variables;
}

function unquoted(value: string, where: string): string {
  const [quote] = value;
  if (quote !== '"' && quote !== "'") return value;
  if (value.length < 2 || !value.endsWith(quote)) {
    throw new RehearsalError(`${where}: the quote is not closed.`, 'context');
  }
  const inner = value.slice(1, -1);
  return quote === "'" ? inner : inner.replace(/\\(.)/g, (_, mark: string) => (mark === 'n' ? '\n' : mark));
}

/**
 * Gives pipeline parameters, which a command line holds as text, the types that the configuration declares.
 * @param document the configuration as read.
 */
export function typedParameters(
  document: unknown,
  texts: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const declared = isMapping(document) ? member(document, 'parameters') : undefined;
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]): [string, unknown] => {
      const declaration = isMapping(declared) ? member(declared, name) : undefined;
      const type = isMapping(declaration) ? member(declaration, 'type') : undefined;
      if (type === 'boolean' && (text === 'true' || text === 'false')) return [name, text === 'true'];
      if (type === 'integer' && /^-?\d+$/.test(text)) return [name, Number(text)];
      return [name, text];
    }),
  );
}

/** @throws RehearsalError for anything but a whole number. */
export function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new RehearsalError(`--${option} takes a whole number, not ${JSON.stringify(text)}.`, option);
  }
  return Number(text);
}
