import { readOptions } from '../../../scripts/lib/bench/options.ts';

const read = (...args: string[]) => readOptions(args, '/project');

describe('options of the bench', () => {
  it('are enough rounds for the report in docs', () => {
    const options = read();
    expect(options).toMatchObject({ check: false, output: '/project/docs/benchmarks.md' });
    expect(options?.rounds).toBeGreaterThanOrEqual(5);
  });

  it('write nothing for a check, unless it is said where', () => {
    expect(read('--check')).toMatchObject({ check: true, output: undefined });
    expect(read('--check', '--output', 'x.md')).toMatchObject({ check: true, output: 'x.md' });
  });

  it.each([
    [['--rounds', '0'], /--rounds 0: a number from 1/],
    [['--rounds', 'many'], /--rounds many/],
    [['--rounds', '1e9'], /--rounds 1e9/],
    [['--fast'], /--fast/],
    [['again'], /again/],
  ])('are not %j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  it('may ask for help', () => {
    expect(read('--help')).toBeUndefined();
  });
});
