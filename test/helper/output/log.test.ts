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
