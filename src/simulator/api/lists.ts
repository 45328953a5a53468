import type { Request, Response } from 'express';
import { rangeNotSatisfiable } from '../platform/errors.ts';

/** Page sizes of lists (Dev Center: Platform API reference, ranges). */
const defaultMaximum = 200;
const largestMaximum = 1000;

type Key = string | number;

interface Range {
  readonly field: string;
  readonly start: string | undefined;
  readonly startExcluded: boolean;
  readonly end: string | undefined;
  readonly maximum: number;
  readonly descending: boolean;
}

/**
 * Sends a list as the `Range` header asks for it: `version ..; max=10, order=desc` and all its spellings. A
 * list that goes on is sent with 206 and a `Next-Range` to continue with.
 * @param fields What the list can be ordered by; the first one is the default.
 * @throws PlatformError 416 for a range that cannot be understood.
 */
export function sendList<T>(
  request: Request,
  response: Response,
  items: readonly T[],
  fields: Readonly<Record<string, (item: T) => Key>>,
  body: (item: T) => unknown,
): void {
  const names = Object.keys(fields);
  const range = parseRange(request.headers.range, names);
  const key = fields[range.field];
  if (!key) throw rangeNotSatisfiable(`This list cannot be ordered by ${range.field}.`);
  const direction = range.descending ? -1 : 1;
  const sorted = items
    .map((item) => ({ item, key: key(item) }))
    .sort((left, right) => direction * compare(left.key, right.key))
    .filter((entry) => isWithin(entry.key, range, direction));
  const page = sorted.slice(0, range.maximum);
  const [first, last] = [page[0], page.at(-1)];
  response.setHeader('Accept-Ranges', names.join(', '));
  if (first && last) response.setHeader('Content-Range', `${range.field} ${first.key}..${last.key}`);
  if (sorted.length > page.length && last) {
    const order = range.descending ? ', order=desc' : '';
    response.setHeader('Next-Range', `${range.field} ]${last.key}..; max=${range.maximum}${order}`);
    response.status(206);
  }
  response.json(page.map(({ item }) => body(item)));
}

function parseRange(header: string | undefined, fields: readonly string[]): Range {
  const parts = (header ?? '')
    .split(/[;,]/)
    .map((part) => part.trim())
    .filter(Boolean);
  let range: Range = {
    field: fields[0] ?? 'id',
    start: undefined,
    startExcluded: false,
    end: undefined,
    maximum: defaultMaximum,
    descending: false,
  };
  for (const part of parts) range = { ...range, ...parsePart(part, header ?? '') };
  return range;
}

function parsePart(part: string, header: string): Partial<Range> {
  const option = /^(max|order)\s*=\s*(\w+)$/.exec(part);
  if (option?.[1] === 'max') {
    const maximum = Number(option[2]);
    if (!Number.isInteger(maximum) || maximum < 1 || maximum > largestMaximum) {
      throw rangeNotSatisfiable(`max must be a number from 1 to ${largestMaximum}: ${header}`);
    }
    return { maximum };
  }
  if (option && (option[2] === 'asc' || option[2] === 'desc')) return { descending: option[2] === 'desc' };
  const bounds = /^([a-z_]+)(?:\s+(\])?([^\s\]]*?)\.\.(\S*))?$/.exec(part);
  if (option || !bounds?.[1]) throw rangeNotSatisfiable(`The range cannot be understood: ${header}`);
  return {
    field: bounds[1],
    startExcluded: bounds[2] !== undefined,
    start: bounds[3] || undefined,
    end: bounds[4] || undefined,
  };
}

function isWithin(key: Key, range: Range, direction: number): boolean {
  if (range.start !== undefined) {
    const distance = direction * compare(key, asKey(range.start, key));
    if (distance < 0 || (distance === 0 && range.startExcluded)) return false;
  }
  return range.end === undefined || direction * compare(key, asKey(range.end, key)) <= 0;
}

function asKey(text: string, like: Key): Key {
  return typeof like === 'number' ? Number(text) : text;
}

function compare(left: Key, right: Key): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
