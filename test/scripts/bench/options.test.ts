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

  it('may name what is measured, and overwrite no whole report with a part then', () => {
    expect(read()).toMatchObject({ only: undefined, cli: false, long: false });
    expect(read('--only', 'push, sizes')).toMatchObject({ only: ['push', 'sizes'], output: undefined });
    expect(read('--only', 'push', '--output', 'x.md')).toMatchObject({ output: 'x.md' });
    expect(read('--cli', '--long')).toMatchObject({ only: undefined, cli: true, long: true });
  });

  it.each([
    [['--only', 'speed'], /--only speed: there are start-up, /],
    [['--only', ''], /--only : there are/],
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
