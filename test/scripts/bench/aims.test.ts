import { AIMS, missedAims } from '../../../scripts/lib/bench/aims.ts';
import { NOT_INSTALLED, type Figure } from '../../../scripts/lib/bench/figures.ts';

const figure = (median: number): Figure => ({
  id: 'start-up-time',
  measured: 'starting',
  against: '`node -e 0`',
  ratio: { median, lowest: 1, highest: 99, rounds: 5 },
});
const aims = { ...AIMS, 'start-up-time': 2 };

describe('an aim', () => {
  it.each([0.5, 2, 2.39, 2.4])('is met by %d times what it is compared with', (median) => {
    expect(missedAims([figure(median)], aims)).toEqual([]);
  });

  it('is not missed by what there is nothing to compare with', () => {
    expect(missedAims([{ ...figure(1), ratio: NOT_INSTALLED }], aims)).toEqual([]);
  });

  it('is missed by what is worse by more than a fifth, and that is said', () => {
    expect(missedAims([figure(2.41), figure(1)], aims)).toEqual([
      'start-up-time: starting is 2.41 times `node -e 0`; its aim is 2, and 2.40 the most.',
    ]);
  });
});
