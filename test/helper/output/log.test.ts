import { CommandOutput } from '../../../src/helper/one-off/command-output.ts';
import { ExitMarker } from '../../../src/helper/one-off/exit-marker.ts';
import { createLineLog } from '../../../src/helper/output/log.ts';
import { createMasker } from '../../../src/helper/output/masker.ts';

function logged(act: (log: ReturnType<typeof createLineLog>) => void): string {
  let text = '';
  act(createLineLog({ masker: createMasker(), write: (part) => (text += part), now: () => 0 }));
  return text;
}

test('somebody else’s output is marked as theirs', () => {
  expect(logged((log) => log.output('build', '-----> Done'))).toBe('  build | -----> Done\n');
});

test('of lines that come together each is marked, empty ones too', () => {
  expect(logged((log) => log.output('migrate', 'one\n\n$& two'))).toBe(
    '  migrate | one\n  migrate | \n  migrate | $& two\n',
  );
});

test('a secret is masked in lines that come together, and wherever the chunks of a command’s output are cut', () => {
  const bytes = Buffer.from('first\nit is hunter22, and\nhunter22\n');
  for (let at = 0; at <= bytes.length; at += 1) {
    const text = logged((log) => {
      log.addSecret('hunter22');
      const output = new CommandOutput(new ExitMarker(), (lines) => log.output('m', lines));
      output.push(bytes.subarray(0, at));
      output.push(bytes.subarray(at));
      output.end();
    });
    expect([at, text]).toEqual([at, '  m | first\n  m | it is [masked], and\n  m | [masked]\n']);
  }
});

test('secrets are masked from the moment they are known', () => {
  expect(
    logged((log) => {
      log.addSecret('hunter22');
      log.warn('it is hunter22');
    }),
  ).toBe('WARNING: it is [masked]\n');
});

test('escape sequences and carriage returns of a build cannot hide text', () => {
  expect(logged((log) => log.output('build', 'safe\r\x1b[2K\x1b[31mred\x1b[0m\x07'))).toBe(
    '  build | safered\n',
  );
});

test('nor can control characters beyond ASCII, which are escape sequences to some terminals', () => {
  expect(logged((log) => log.output('build', 'safe\u009b2K\u0085é\u00a0😀'))).toBe(
    '  build | safeé\u00a0😀\n',
  );
});

test('a secret is masked where an escape sequence or a carriage return stands in it', () => {
  expect(
    logged((log) => {
      log.addSecret('hunter22');
      log.output('build', 'hun\x1b[31mter22 and hunter\r22');
    }),
  ).toBe('  build | [masked] and [masked]\n');
});

test('it remembers when it last spoke', () => {
  let now = 5;
  const log = createLineLog({ masker: createMasker(), write: () => undefined, now: () => now });
  now = 9;
  log.info('x');
  now = 20;
  expect(log.lastLineAt).toBe(9);
});
