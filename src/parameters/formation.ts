/** `worker=3:standard-2x`: type, quantity and, where it is named, size. Types as the platform has them (schema: formation.type). */
export const FORMATION_ENTRY = /^([-\w]{1,128})=(\d{1,5})(?::([A-Za-z][A-Za-z0-9.-]{1,40}))?$/;

/** The entries of a list such as `worker=3:standard-2x clock=1`, with blanks, line breaks or commas between them. */
export function formationEntries(value: string): readonly string[] {
  return value.split(/[\s,]+/).filter(Boolean);
}

/**
 * What a list of process types may be. `worker+1` is none: a request of which it is not known whether it
 * arrived can be sent again only when it names what is wanted in the end.
 */
export function checkFormation(value: string): string | undefined {
  const entries = formationEntries(value);
  const wrong = entries.find((entry) => !FORMATION_ENTRY.test(entry));
  if (wrong !== undefined || entries.length === 0) {
    return (
      `${wrong === undefined ? '' : `${JSON.stringify(wrong.slice(0, 80))} is not understood; `}` +
      'process types with their quantities are wanted, and sizes where they are to change, such as `worker=3:standard-2x clock=1`'
    );
  }
  const types = entries.map((entry) => entry.slice(0, entry.indexOf('=')));
  const twice = types.find((type, index) => types.indexOf(type) !== index);
  return twice === undefined ? undefined : `${twice} is named twice`;
}
