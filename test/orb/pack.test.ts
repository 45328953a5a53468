import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { PackError, fromYaml, pack, readTree, toYaml } from '../../src/orb/tree/index.ts';
import { ROOT } from './support/orb.ts';

const packed = (files: Record<string, string>): unknown => fromYaml(pack(new Map(Object.entries(files))));

describe('packing an unpacked orb', () => {
  it('gives the committed orb for the committed tree, to the byte', () => {
    expect(pack(readTree(join(ROOT, 'orb', 'src')))).toBe(
      readFileSync(join(ROOT, 'orb', 'orb.yml'), 'utf8'),
    );
  });

  it('puts files by their name into the section of their folder, deeper folders too', () => {
    expect(
      packed({
        '@orb.yml': 'version: 2.1\n',
        'commands/a.yml': 'description: A\n',
        'commands/more/b.yaml': 'description: B\n',
        'commands/@more.yml': 'c:\n  description: C\n',
        'jobs/README.md': 'not YAML',
        'scripts/x.sh': 'true\n',
        'commands/.hidden.yml': 'nothing: here\n',
      }),
    ).toEqual({
      version: 2.1,
      commands: { a: { description: 'A' }, b: { description: 'B' }, c: { description: 'C' } },
    });
  });

  it('puts an included file in as it is, but with every << escaped', () => {
    const result = packed({
      '@orb.yml': 'version: 2.1\n',
      'commands/a.yml': toYaml({ steps: [{ run: { name: 'x', command: '<<include(scripts/x.sh)>>' } }] }),
      'scripts/x.sh': 'cat <<EOF\n<< parameters.x >>\nEOF\n',
    });
    expect(result).toMatchObject({
      commands: { a: { steps: [{ run: { command: 'cat \\<<EOF\n\\<< parameters.x >>\nEOF\n' } }] } },
    });
  });

  it('takes blanks inside of an include, as the CLI does', () => {
    const files = { 'commands/a.yml': 'steps: << include(scripts/x.sh) >>\n', 'scripts/x.sh': 'true' };
    expect(packed(files)).toEqual({ commands: { a: { steps: 'true' } } });
  });

  it('leaves examples alone: they are not this orb’s code', () => {
    const files = { 'examples/a.yml': 'usage: <<include(scripts/x.sh)>>\n' };
    expect(packed(files)).toEqual({ examples: { a: { usage: '<<include(scripts/x.sh)>>' } } });
  });

  it.each([
    [
      'an include that is part of a longer text',
      { 'commands/a.yml': 'run: echo <<include(scripts/x.sh)>>\n', 'scripts/x.sh': 'true' },
      /^commands\/a\.yml: an include must be the whole of a value/,
    ],
    [
      'two includes in one value',
      { 'commands/a.yml': 'run: <<include(x.sh)>><<include(x.sh)>>\n', 'x.sh': 'true' },
      /^commands\/a\.yml: an include must be the whole/,
    ],
    [
      'an include of what is not there',
      { 'commands/a.yml': 'run: <<include(scripts/y.sh)>>\n' },
      /^commands\/a\.yml: includes scripts\/y\.sh, which does not exist/,
    ],
    [
      'a name that occurs twice',
      { 'commands/a.yml': 'x: 1\n', 'commands/more/a.yml': 'x: 2\n' },
      /^commands\/more\/a\.yml: "a" occurs twice/,
    ],
    [
      'a section that a root file holds too',
      { '@orb.yml': 'commands:\n  a: {}\n', 'commands/a.yml': 'x: 1\n' },
      /^commands\/a\.yml: "a" occurs twice/,
    ],
    ['a key given twice', { 'commands/a.yml': 'x: 1\nx: 2\n' }, /^commands\/a\.yml: is not readable YAML: .*unique/],
    ['what is not YAML', { '@orb.yml': 'version: [\n' }, /^@orb\.yml: is not readable YAML/],
    ['a root file that is a list', { '@orb.yml': '- 1\n' }, /^@orb\.yml: is not a map of names/],
  ])('refuses %s', (_name, files, message) => {
    expect(() => packed(files as Record<string, string>)).toThrow(PackError);
    expect(() => packed(files as Record<string, string>)).toThrow(message);
  });
});

describe('YAML as CircleCI reads it', () => {
  // Each of these is something else than a string in YAML 1.1.
  const strings = ['yes', 'NO', 'on', 'Off', '12:30', '010', '1_000', '0x1F', '1.10', '', '~', 'null', '.'];

  it.each(strings)('quotes %j', (text) => {
    expect(toYaml({ default: text })).toBe(`default: ${JSON.stringify(text)}\n`);
  });

  it.each(['<< parameters.x >>', '<<include(scripts/x.sh)>>', 'a: b', '- a', '# a', 'tab\there', 'é’…'])(
    'reads %j as it was written',
    (text) => {
      expect(fromYaml(toYaml({ text, list: [text], [text]: 1 }))).toEqual({ text, list: [text], [text]: 1 });
    },
  );

  it('folds no line, however long, and repeats rather than points', () => {
    const shared = { text: 'word '.repeat(200).trim() };
    const yaml = toYaml({ a: shared, b: shared });
    expect(yaml.split('\n')).toHaveLength(5);
    expect(yaml).not.toMatch(/[&*]a1/);
  });
});
