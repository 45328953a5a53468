import { interleave, ratioOf } from '../../../scripts/lib/bench/rounds.ts';

describe('rounds', () => {
  it('takes turns in another order each time, and throws the first round away', async () => {
    const order: string[] = [];
    const measure = (name: string, value: number) => (round: number) => {
      order.push(`${name}${round}`);
      return Promise.resolve(value + round);
    };
    const found = await interleave(3, { a: measure('a', 10), b: measure('b', 20), c: measure('c', 30) });
    expect(found).toEqual({ a: [11, 12, 13], b: [21, 22, 23], c: [31, 32, 33] });
    expect(order.join(' ')).toBe('a0 b0 c0 b1 c1 a1 c2 a2 b2 a3 b3 c3');
  });

  it('ends with the first measure that fails', async () => {
    const failing = () => Promise.reject(new Error('no measure'));
    await expect(interleave(1, { a: () => Promise.resolve(1), b: failing })).rejects.toThrow('no measure');
  });
});

describe('a ratio', () => {
  it('is the median of the rounds, not the ratio of the medians', () => {
    expect(ratioOf([2, 40, 9], [1, 10, 9])).toEqual({ median: 2, lowest: 1, highest: 4, rounds: 3 });
  });

  it('lies between the two in the middle of an even number', () => {
    expect(ratioOf([1, 2, 4, 9], [1, 1, 1, 1]).median).toBe(3);
  });

  it('is not disturbed by one round in which the machine stood still', () => {
    expect(ratioOf([2, 2, 2, 2, 500], [1, 1, 1, 1, 1]).median).toBe(2);
  });

  it.each([
    [[], []],
    [[1, 2], [1]],
  ])('cannot be had of %j and %j', (measured, against) => {
    expect(() => ratioOf(measured, against)).toThrow(RangeError);
  });
});
