import { placeOf } from '../../../src/rehearsal/document/places.ts';
import { readDocument } from '../../../src/rehearsal/document/read.ts';
import { faultOf } from '../helpers.ts';
import type { Loose } from '../helpers.ts';

const read = (text: string): Loose => readDocument(text, 'f.yml');

describe('reading YAML', () => {
  it('takes the words of YAML 1.1 for booleans, in the spellings the compiler takes', () => {
    expect(read('[yes, Yes, YES, on, On, true, TRUE]')).toEqual(Array(7).fill(true));
    expect(read('[no, No, NO, off, Off, OFF, false]')).toEqual(Array(7).fill(false));
    expect(read('[y, n, yEs, "yes", \'off\']')).toEqual(['y', 'n', 'yEs', 'yes', 'off']);
  });

  it('reads everything else by the core schema', () => {
    expect(read('[1, 0x10, .5, ~, null, ., "1", 1.10]')).toEqual([1, 16, 0.5, null, null, '.', '1', 1.1]);
  });

  it('keeps keys as they are written', () => {
    expect(Object.keys(read('on: 1\n1.10: 2\n0x1: 3'))).toEqual(['on', '1.10', '0x1']);
  });

  it('resolves anchors and merge keys; own keys win, and of several maps the first', () => {
    const value = read(
      'a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {y: 9, <<: *a}\nd: {<<: [*a, *b]}\ne: *a\nf: {"<<": 5}',
    );
    expect(value.c).toEqual({ x: 1, y: 9 });
    expect(value.d).toEqual({ x: 1, y: 2, z: 4 });
    expect(value.e).toEqual({ x: 1, y: 2 });
    expect(value.f).toEqual({ '<<': 5 });
  });

  it('does not let a key reach the prototype', () => {
    const value = read('__proto__: {polluted: 1}\na: {<<: {__proto__: {polluted: 1}}}');
    expect(value.polluted).toBeUndefined();
    expect(value.a.polluted).toBeUndefined();
    expect(Object.keys(value)).toEqual(['__proto__', 'a']);
  });

  it('remembers where maps, keys and items stand', () => {
    const value = read('jobs:\n  build:\n    steps:\n      - one\n      - two\n');
    expect(placeOf(value.jobs, 'build')).toEqual({ file: 'f.yml', line: 2, column: 3 });
    expect(placeOf(value.jobs.build.steps, 1)).toEqual({ file: 'f.yml', line: 5, column: 9 });
    expect(placeOf('text')).toBeUndefined();
  });

  it.each([
    ['equal keys', 'a: 1\na: 2', 2, /Map keys must be unique/],
    ['a bad indent', 'a:\n - b\n c: 1', 3, /cannot be read/],
    ['an unknown alias', 'a: *nothing', 1, /no anchor '&nothing'/],
    ['an anchor that holds itself', 'a: &a\n  b: *a', 2, /contains itself/],
    ['a second document', 'a: 1\n---\nb: 2', 3, /one YAML document/],
    ['a merge of a scalar', 'a:\n  <<: 3', 2, /merge key/],
    ['a key that is a map', '? {a: 1}\n: 2', 1, /key must be a word/],
    ['nothing', '', 1, /empty/],
  ])('refuses %s and names the line', (_, text, line, reason) => {
    const fault = faultOf(() => read(text));
    expect(fault.place).toMatchObject({ file: 'f.yml', line });
    expect(fault.reason).toMatch(reason);
  });

  it('is not blown up by aliases of aliases', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let index = 1; index < 40; index += 1) {
      const before = `*a${String(index - 1)}`;
      lines.push(`a${String(index)}: &a${String(index)} [${Array(10).fill(before).join(', ')}]`);
    }
    expect(read(lines.join('\n')).a39).toHaveLength(10);
  });
});
