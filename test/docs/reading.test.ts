import { blocksOf, proseOf, spansOf } from './support/markdown.ts';
import { linesOf } from './support/shell.ts';

const page = (text: string) => ({ path: 'x.md', text });
const blocks = (text: string) => blocksOf(page(text)).map(({ info, text: code, line }) => [line, info, code]);

describe('blocks of code', () => {
  it.each([
    ['a fenced one', 'a\n\n```yaml 1.0\na: 1\n```\n', [[4, 'yaml 1.0', 'a: 1']]],
    ['one of tildes', '~~~sh\nls ```\n~~~\n', [[2, 'sh', 'ls ```']]],
    ['a fence in a longer fence', '````md\n```\nx\n```\n````\n', [[2, 'md', '```\nx\n```']]],
    ['one in a list', '1. a\n\n   ```sh\n   ls\n   ```\n', [[4, 'sh', 'ls']]],
    ['an indented one, with a gap', 'a\n\n    ls\n\n    pwd\n\nb', [[3, '', 'ls\n\npwd']]],
    ['none where a list goes on', '- a\n\n    more of a\n', []],
    ['none where a paragraph goes on', 'a\n    b\n', []],
  ])('%s', (_what, text, expected) => {
    expect(blocks(text)).toEqual(expected);
  });

  it('are no prose', () => {
    const text = 'See `one`.\n\n```sh\necho `two` [x](y.md)\n```\n';
    expect(spansOf(page(text))).toEqual(['one']);
    expect(proseOf(page(text))).not.toContain('y.md');
  });
});

describe('lines for a shell', () => {
  it.each([
    ["a 'b c' \"d e\" f=g' h'", ['a', 'b c', 'd e', 'f=g h'], 0],
    ['a b # fails: exit 3', ['a', 'b'], 3],
    ['a \\\n  b', ['a', 'b'], 0],
    ['# only words\na', ['a'], 0],
  ])('%j', (text, words, exitCode) => {
    expect(linesOf(text)).toMatchObject([{ words, exitCode }]);
  });
});
