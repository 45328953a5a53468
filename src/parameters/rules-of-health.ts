/** Rules for the parameters of the health check. Each says what is wrong in words that fit behind a colon. */

/** A URL, or a path on the app's own address. */
export function checkHealthUrl(value: string): string | undefined {
  if (/[\s\p{Cc}\\]/u.test(value)) return 'a URL holds no white space and no backslash';
  if (value.startsWith('/') || (/^https?:\/\/[^/]/i.test(value) && URL.canParse(value))) return undefined;
  return 'a URL such as `https://www.example.com/health` is wanted, or a path such as `/health`';
}

const RANGE = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/;

/** The ranges of a list of statuses, or undefined where it is none. */
export function statusRanges(value: string): readonly (readonly [number, number])[] | undefined {
  const ranges: (readonly [number, number])[] = [];
  for (const part of value.split(/[\s,]+/).filter(Boolean)) {
    const [, first, last = first] = RANGE.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) return undefined;
    ranges.push([Number(first), Number(last)]);
  }
  return ranges.length === 0 ? undefined : ranges;
}

/** HTTP knows no other statuses than those of three digits (RFC 9110). */
export function checkStatusList(value: string): string | undefined {
  return statusRanges(value) === undefined
    ? 'statuses and ranges of them are wanted, such as `200-299,401`'
    : undefined;
}

/** One answer may come from a dyno that is about to crash, and hundreds take longer than a deployment. */
export function checkSuccesses(value: string): string | undefined {
  return /^(?:[1-9]\d?|100)$/.test(value) ? undefined : 'a number from 1 to 100 is wanted';
}
