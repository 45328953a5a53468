/** JSON of a value with every text in it made fit for people's eyes, such as a log's `clean` does. */
export function cleanJson(value: unknown, clean: (text: string) => string): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? clean(part) : part), 2);
}

/** The same value with every text in it made fit for people's eyes; it must be JSON's kind of value. */
export function cleaned<T>(value: T, clean: (text: string) => string): T {
  return JSON.parse(cleanJson(value, clean)) as T;
}
