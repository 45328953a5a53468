/** Something that is measured once in each round; gives its measure, such as milliseconds. */
export type Measure = (round: number) => Promise<number>;

/**
 * Measures everything in turn, round after round, so that whatever else the machine does meets all alike. The
 * order turns from round to round; a round before the first is thrown away, because it reads from the disk.
 * Gives the measures by name, one for each round.
 */
export async function interleave<Name extends string>(
  rounds: number,
  measures: Readonly<Record<Name, Measure>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(measures) as Name[];
  const found = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round += 1) {
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const measure = await measures[name](round);
      if (round > 0) found[name].push(measure);
    }
  }
  return found;
}

/** Ratios of what was measured in the same round. */
export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly rounds: number;
}

/**
 * Compares round with round, and takes the median of that.
 * @throws RangeError when there is no round, or not the same number of them.
 */
export function ratioOf(measured: readonly number[], against: readonly number[]): Ratio {
  if (measured.length === 0 || measured.length !== against.length) {
    throw new RangeError(`${measured.length} rounds cannot be compared with ${against.length}.`);
  }
  const ratios = measured.map((each, round) => each / (against[round] ?? NaN)).sort((a, b) => a - b);
  const at = (index: number): number => ratios[index] ?? NaN;
  const half = (ratios.length - 1) / 2;
  return {
    median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2,
    lowest: at(0),
    highest: at(ratios.length - 1),
    rounds: ratios.length,
  };
}
