import { LogKeeper } from '../../../src/helper/report/log-keeper.ts';

function filled(lines: number, kept?: number): LogKeeper {
  const keeper = new LogKeeper(kept);
  for (let index = 0; index < lines; index += 1) keeper.add(`line ${index}\n`);
  return keeper;
}

test('a short log is kept as a whole', () => {
  const keeper = filled(3);
  const lines = ['line 0', 'line 1', 'line 2'];
  expect(keeper.read('full')).toEqual({ lines, leftOut: 0, at: 3 });
  expect(keeper.read('tail')).toEqual({ lines, leftOut: 0, at: 0 });
  expect(keeper.read('none')).toEqual({ lines: [], leftOut: 3, at: 0 });
});

test('one text may be several lines', () => {
  const keeper = new LogKeeper();
  keeper.add('a\nb\n');
  keeper.add('\n');
  expect(keeper.read('full').lines).toEqual(['a', 'b', '']);
});

test('the tail is the last 200 lines', () => {
  const { lines, leftOut, at } = filled(500).read('tail');
  expect([lines.length, lines[0], lines.at(-1), leftOut, at]).toEqual([200, 'line 300', 'line 499', 300, 0]);
});

test('the tail is the last 200 lines of a log that is too long to be kept, too', () => {
  const { lines, leftOut } = filled(100_000, 10_000).read('tail');
  expect([lines.length, lines.at(-1), leftOut]).toEqual([200, 'line 99999', 99_800]);
});

test('of a long log the beginning and the end are kept, and what is left out is counted', () => {
  const { lines, leftOut, at } = filled(100_000, 1_000).read('full');
  expect(lines[0]).toBe('line 0');
  expect(lines.at(-1)).toBe('line 99999');
  expect(lines.length + leftOut).toBe(100_000);
  expect(lines.slice(0, at).join('\n').length).toBeLessThanOrEqual(1_000);
  expect(lines.slice(at).join('\n').length).toBeLessThanOrEqual(1_000);
  // The gap is where it is said to be.
  expect(Number(lines[at]?.slice(5)) - Number(lines[at - 1]?.slice(5))).toBe(leftOut + 1);
});

test.each([1, 7, 200, 30_000])('it is the same whether lines come alone or %i at once', (together) => {
  const line = (index: number): string => `line ${index} of größe\n`;
  const [one, many] = [new LogKeeper(1_000), new LogKeeper(1_000)];
  for (let from = 0; from < 60_000; from += together) {
    const lines = Array.from({ length: together }, (_, index) => line(from + index));
    for (const each of lines) one.add(each);
    many.add(lines.join(''));
  }
  for (const how of ['full', 'tail', 'none'] as const) expect(many.read(how)).toEqual(one.read(how));
  const { lines, at } = many.read('full');
  expect(lines.every((each) => /^line \d+ of größe$/.test(each))).toBe(true);
  for (const part of [lines.slice(0, at), lines.slice(at)]) {
    const size = Buffer.byteLength(part.join('\n')) + 1;
    expect([size > 970, size <= 1_000]).toEqual([true, true]);
  }
});

test('what fills the end exactly is kept', () => {
  const keeper = new LogKeeper(10);
  for (const line of ['head', 'head', 'tail', 'tail']) keeper.add(`${line}\n`);
  expect(keeper.read('full')).toEqual({ lines: ['head', 'head', 'tail'], leftOut: 1, at: 2 });
});

test('a single line without an end is cut', () => {
  const keeper = new LogKeeper(1_000);
  keeper.add('x'.repeat(100_000));
  keeper.add('last\n');
  const { lines } = keeper.read('full');
  expect(lines.join('').length).toBeLessThanOrEqual(2_000);
  expect(lines.at(-1)).toBe('last');
});

describe('what an earlier keeper has kept comes first', () => {
  const both = (first: LogKeeper, second: LogKeeper, how: 'full' | 'tail' | 'none', kept?: number) => {
    const keeper = new LogKeeper(kept);
    keeper.append(first.read(how));
    keeper.append(second.read(how));
    return keeper.read(how);
  };
  /** Lines `from` to `to`, as one log of both would have them. */
  const part = (from: number, to: number, kept?: number): LogKeeper => {
    const keeper = new LogKeeper(kept);
    for (let index = from; index < to; index += 1) keeper.add(`line ${index}\n`);
    return keeper;
  };

  test.each([
    [3, 6],
    [3, 100_000],
    [100_000, 100_003],
    [50_000, 100_000],
    [133, 266],
  ])('of %i lines and of those up to %i', (middle, end) => {
    const [first, second] = [part(0, middle, 1_000), part(middle, end, 1_000)];
    const { lines, leftOut, at } = both(first, second, 'full', 1_000);
    expect(lines[0]).toBe('line 0');
    expect(lines.at(-1)).toBe(`line ${end - 1}`);
    expect(lines.length + leftOut).toBe(end);
    const number = (line = ''): number => Number(line.slice(5));
    for (const side of [lines.slice(0, at), lines.slice(at)]) {
      expect(side.join('\n').length).toBeLessThanOrEqual(1_000);
      expect(side.map(number)).toEqual(side.map((_, index) => number(side[0]) + index));
    }
    if (leftOut > 0) expect(number(lines[at]) - number(lines[at - 1])).toBe(leftOut + 1);
    const tail = both(first, second, 'tail');
    expect(tail.lines.at(-1)).toBe(`line ${end - 1}`);
    expect(tail.lines.length + tail.leftOut).toBe(end);
    expect(both(first, second, 'none')).toEqual({ lines: [], leftOut: end, at: 0 });
  });

  test('a tail before all of a log says that its beginning is missing', () => {
    const keeper = new LogKeeper();
    keeper.append(part(0, 300).read('tail'));
    keeper.append(part(300, 302).read('full'));
    const { lines, leftOut, at } = keeper.read('full');
    expect([lines[0], lines.at(-1), lines.length, leftOut, at]).toEqual([
      'line 100',
      'line 301',
      202,
      100,
      0,
    ]);
  });
});

test('memory stays flat while a migration prints a hundred megabytes', () => {
  const keeper = new LogKeeper();
  const line = (index: number): string => `${index} ${'x'.repeat(990)}\n`;
  for (let index = 0; index < 5_000; index += 1) keeper.add(line(index));
  const { lines } = keeper.read('full');
  for (let index = 0; index < 100_000; index += 1) keeper.add(line(index));
  const later = keeper.read('full').lines;
  expect(later.join('').length).toBeLessThan(2_100_000);
  expect(Math.abs(later.length - lines.length)).toBeLessThan(20);
});
