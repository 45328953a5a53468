import { placeOf } from '../document/places.ts';
import type { Place } from '../document/places.ts';
import type { Frame } from './frame.ts';
import { matchesFully } from './patterns.ts';
import type { Selection } from './types.ts';
import { isMapping, isTruthy, member } from './values.ts';

/**
 * Decides whether `filters` lets a workflow job run for this pipeline. An expression string decides alone; with the older
 * map, branches run unless filtered out and tags only when filtered in.
 * Source: Configuration reference, "filters" and "Expression-based job filters".
 * @throws ConfigError for unknown keys, an unreadable expression or pattern.
 */
export function selectByFilters(raw: unknown, frame: Frame, place: Place | undefined): Selection {
  const tag = frame.pipeline.get('pipeline.git.tag');
  const branch = frame.pipeline.get('pipeline.git.branch');
  if (typeof raw === 'string') {
    const value = raw.includes('<<') ? frame.resolve(raw, place) : frame.expression(raw, place);
    return isTruthy(value)
      ? { runs: true }
      : { runs: false, because: `its filter ${JSON.stringify(raw)} is false` };
  }
  const filters = raw === undefined || raw === null ? {} : frame.resolve(raw, place);
  if (!isMapping(filters)) {
    throw frame.fail("'filters' is an expression, or a map of 'branches' and 'tags'.", { place });
  }
  const unknown = Object.keys(filters).find((key) => key !== 'branches' && key !== 'tags');
  if (unknown !== undefined) {
    throw frame.fail(`'filters' has no key '${unknown}'.`, { place: placeOf(filters, unknown) });
  }
  const branches = rule(filters, 'branches', frame, place);
  const tags = rule(filters, 'tags', frame, place);
  if (typeof tag === 'string') {
    if (tags === undefined)
      return { runs: false, because: 'it has no filter for tags, and this is a tag pipeline' };
    return verdict(tags, tag, 'tag', frame, place);
  }
  return branches === undefined
    ? { runs: true }
    : verdict(branches, typeof branch === 'string' ? branch : '', 'branch', frame, place);
}

interface Rule {
  readonly only: readonly string[] | undefined;
  readonly ignore: readonly string[] | undefined;
}

function rule(filters: object, key: string, frame: Frame, place: Place | undefined): Rule | undefined {
  const value = isMapping(filters) ? member(filters, key) : undefined;
  if (value === undefined || value === null) return undefined;
  if (!isMapping(value)) {
    throw frame.fail(`'filters.${key}' is a map of 'only' and 'ignore'.`, {
      place: placeOf(filters, key) ?? place,
    });
  }
  const unknown = Object.keys(value).find((name) => name !== 'only' && name !== 'ignore');
  if (unknown !== undefined) {
    throw frame.fail(`'filters.${key}' has no key '${unknown}'.`, { place: placeOf(value, unknown) });
  }
  const list = (name: string): readonly string[] | undefined => {
    const item = member(value, name);
    if (item === undefined || item === null) return undefined;
    const items: readonly unknown[] = Array.isArray(item) ? item : [item];
    if (!items.every((pattern) => typeof pattern === 'string')) {
      throw frame.fail(`'filters.${key}.${name}' is a string or a list of strings.`, {
        place: placeOf(value, name),
      });
    }
    return items;
  };
  return { only: list('only'), ignore: list('ignore') };
}

function verdict(
  rules: Rule,
  value: string,
  what: string,
  frame: Frame,
  place: Place | undefined,
): Selection {
  const matches = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) =>
      pattern.length > 1 && pattern.startsWith('/') && pattern.endsWith('/')
        ? frame.guard(() => matchesFully(pattern.slice(1, -1), value), place)
        : pattern === value,
    );
  if (rules.only !== undefined && !matches(rules.only)) {
    return {
      runs: false,
      because: `its filter takes only ${rules.only.join(', ')}, not the ${what} ${value}`,
    };
  }
  if (rules.ignore !== undefined && matches(rules.ignore)) {
    return { runs: false, because: `its filter ignores the ${what} ${value}` };
  }
  return { runs: true };
}
