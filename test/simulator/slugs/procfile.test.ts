import { parseProcfile } from '../../../src/simulator/slugs/procfile.ts';

test('types and commands, in the file’s order', () => {
  const types = parseProcfile(
    'web: node server.js --port $PORT\nworker: node worker.js\nrelease: ./migrate.sh\n',
  );
  expect(Object.entries(types)).toEqual([
    ['web', 'node server.js --port $PORT'],
    ['worker', 'node worker.js'],
    ['release', './migrate.sh'],
  ]);
});

test.each([
  ['CRLF and spaces at the ends', 'web:   a b  \r\nworker:c\r\n', { web: 'a b', worker: 'c' }],
  ['a byte order mark', '\uFEFFweb: a', { web: 'a' }],
  [
    'comments, blank lines and other text are skipped',
    '# web: a\n\nhello\n  web: indented\nx: b',
    { x: 'b' },
  ],
  ['colons in the command', 'web: env A=b:c run http://x', { web: 'env A=b:c run http://x' }],
  ['digits, dashes and underscores', 'a-b_2: x\nA: y', { 'a-b_2': 'x', A: 'y' }],
  ['a type without a command is none', 'web:\nworker:   \nx: y', { x: 'y' }],
  ['the last of two counts', 'web: a\nweb: b', { web: 'b' }],
  ['nothing', '', {}],
  [
    'a type of 128 characters, but not of 129',
    `${'a'.repeat(128)}: x\n${'b'.repeat(129)}: y`,
    { ['a'.repeat(128)]: 'x' },
  ],
  [
    'names of Object’s own',
    '__proto__: x\nconstructor: y',
    Object.fromEntries([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]),
  ],
])('%s', (_name, text, types) => {
  expect(parseProcfile(text)).toEqual(types);
});
