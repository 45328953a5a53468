/** Something that is measured once in each round. */
export type Measure = (round: number) => Promise<unknown>;

/** What was measured, by name: one measure for each round. */
export type Found<Measures extends Readonly<Record<string, Measure>>> = {
  readonly [Name in keyof Measures]: Awaited<ReturnType<Measures[Name]>>[];
};

/**
 * Measures everything in turn, round after round, so that whatever else the machine does meets all alike. The
 * order turns from round to round; a round before the first is thrown away, because it reads from the disk.
 */
export async function interleave<Measures extends Readonly<Record<string, Measure>>>(
  rounds: number,
  measures: Measures,
): Promise<Found<Measures>> {
  const all = Object.entries(measures).map(([name, measure]) => ({ name, measure, found: [] as unknown[] }));
  for (let round = 0; round <= rounds; round += 1) {
    const turn = round % all.length;
    for (const { measure, found } of [...all.slice(turn), ...all.slice(0, turn)]) {
      const value = await measure(round);
      if (round > 0) found.push(value);
    }
  }
  return Object.fromEntries(all.map(({ name, found }) => [name, found])) as Found<Measures>;
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
