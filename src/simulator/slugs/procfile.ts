/** A Procfile's line: process type, colon, command (Dev Center: The Procfile, "Procfile format"). */
const PROCESS_TYPE_LINE = /^([A-Za-z0-9_-]{1,128}):\s*(\S.*?)\s*$/;

/**
 * Reads a Procfile: process type → command line, in the file's order. Lines of any other form (comments, blank
 * ones) are skipped as Heroku skips them; of a type that is named twice the last line counts.
 */
export function parseProcfile(text: string): Record<string, string> {
  const types = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const [, type, command] = PROCESS_TYPE_LINE.exec(line) ?? [];
    if (type !== undefined && command !== undefined) types.set(type, command);
  }
  return Object.fromEntries(types);
}
