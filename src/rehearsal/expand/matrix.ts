import { placeOf } from '../document/places.ts';
import type { Frame } from './frame.ts';
import { isMapping, member } from './values.ts';
import type { Mapping } from './values.ts';

/** One combination of a matrix. */
export interface MatrixRow {
  readonly values: ReadonlyMap<string, unknown>;
  /** What is appended to the job's name: the values, ordered by parameter name. */
  readonly suffix: string;
}

export interface Matrix {
  /** The name under which other jobs require all of them. */
  readonly alias: string | undefined;
  readonly rows: readonly MatrixRow[];
}

/**
 * Every combination of `matrix.parameters` without those that `matrix.exclude` names.
 * Source: Configuration reference, "matrix".
 * @throws ConfigError for anything that is not a map of lists, and when nothing is left.
 */
export function expandMatrix(raw: unknown, frame: Frame): Matrix {
  const at = frame.into('matrix', placeOf(raw));
  const matrix = at.resolve(raw);
  const parameters = isMapping(matrix) ? member(matrix, 'parameters') : undefined;
  if (!isMapping(matrix) || !isMapping(parameters)) {
    throw at.fail("'matrix' needs 'parameters', a map of names to lists of values.");
  }
  const unknown = Object.keys(matrix).find((key) => !['parameters', 'exclude', 'alias'].includes(key));
  if (unknown !== undefined) {
    throw at.fail(`'matrix' has no key '${unknown}'.`, { place: placeOf(matrix, unknown) });
  }
  const alias = member(matrix, 'alias');
  if (alias !== undefined && typeof alias !== 'string') {
    throw at.fail("'matrix.alias' must be a string.", { parameter: 'alias' });
  }
  const excluded = exclusions(matrix, parameters, at);
  let rows: Mapping[] = [{}];
  for (const [name, values] of Object.entries(parameters)) {
    if (!Array.isArray(values) || values.length === 0) {
      throw at.fail(`'matrix.parameters.${name}' must be a list of at least one value.`, {
        place: placeOf(parameters, name),
        parameter: name,
      });
    }
    rows = rows.flatMap((row) => (values as unknown[]).map((value) => ({ ...row, [name]: value })));
  }
  const left = rows.filter(
    (row) => !excluded.some((one) => Object.keys(one).every((key) => one[key] === row[key])),
  );
  if (left.length === 0) {
    throw at.fail("'matrix.exclude' leaves no job of the matrix.");
  }
  return {
    alias,
    rows: left.map((row) => ({
      values: new Map(Object.entries(row)),
      suffix: Object.keys(row)
        .sort()
        .map((key) => String(row[key]))
        .join('-'),
    })),
  };
}

function exclusions(matrix: Mapping, parameters: Mapping, at: Frame): readonly Mapping[] {
  const list = member(matrix, 'exclude') ?? [];
  if (!Array.isArray(list) || !list.every(isMapping)) {
    throw at.fail("'matrix.exclude' must be a list of maps.", { place: placeOf(matrix, 'exclude') });
  }
  for (const [index, item] of list.entries()) {
    const unknown = Object.keys(item).find((key) => !Object.hasOwn(parameters, key));
    if (unknown !== undefined) {
      throw at.fail(`'matrix.exclude' names '${unknown}', which is no parameter of the matrix.`, {
        place: placeOf(list, index),
        parameter: unknown,
      });
    }
  }
  return list;
}
