import { invalidParams } from './errors.ts';
import { idFor } from './ids.ts';

/** A dyno size (Dev Center: dyno types). Memory in GB, as the API's `memory` has it. */
export interface DynoSize {
  readonly id: string;
  readonly name: string;
  readonly memory: number;
  readonly compute: number;
  readonly units: number;
  readonly cents: number;
  readonly dedicated: boolean;
  readonly privateSpaceOnly: boolean;
}

const table: readonly (readonly [string, number, number, number, number, boolean, boolean])[] = [
  ['Eco', 0.5, 1, 0.28, 500, false, false],
  ['Basic', 0.5, 1, 0.28, 700, false, false],
  ['Standard-1X', 0.5, 1, 1, 2_500, false, false],
  ['Standard-2X', 1, 2, 2, 5_000, false, false],
  ['Performance-M', 2.5, 12, 8, 25_000, true, false],
  ['Performance-L', 14, 46, 16, 50_000, true, false],
  ['Performance-L-RAM', 30, 24, 16, 50_000, true, false],
  ['Performance-XL', 62, 50, 24, 75_000, true, false],
  ['Performance-2XL', 126, 100, 48, 150_000, true, false],
  ['Private-S', 1, 12, 8, 0, true, true],
  ['Private-M', 2.5, 12, 16, 0, true, true],
  ['Private-L', 14, 50, 32, 0, true, true],
];

export const dynoSizes: readonly DynoSize[] = table.map(
  ([name, memory, compute, units, cents, dedicated, privateSpaceOnly]) => ({
    id: idFor('dyno-size', name),
    name,
    memory,
    compute,
    units,
    cents,
    dedicated,
    privateSpaceOnly,
  }),
);

/**
 * Finds a size by its name in any case, or by its id.
 * @throws PlatformError 422 where there is none.
 */
export function dynoSize(identity: string): DynoSize {
  const wanted = identity.toLowerCase();
  const found = dynoSizes.find((size) => size.name.toLowerCase() === wanted || size.id === wanted);
  if (!found) throw invalidParams(`Couldn't find that dyno size (${identity}).`);
  return found;
}

/** Eco and Basic dynos cannot run beside other sizes in one app (Dev Center: dyno types). */
export function isSmall(sizeName: string): boolean {
  return sizeName === 'Eco' || sizeName === 'Basic';
}
