import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { INIT_OPTIONS } from '../../src/cli/init/flags.ts';
import { FRAMEWORKS } from '../../src/cli/init/frameworks.ts';

/** The page without the padding of its tables. */
const page = readFileSync(resolve(__dirname, '../../docs/init.md'), 'utf8').replace(/ +/g, ' ');
const code = (text: string): string => (text === '' ? 'none' : `\`${text}\``);

test.each(FRAMEWORKS.map((one) => [one.title, one] as const))(
  'the page has the row of %s',
  (title, framework) => {
    const { recognizedBy, migrateCommand, pendingCommand, migrationPaths, noPendingBecause } = framework;
    const paths = migrationPaths.map(code).join(', ');
    expect(page).toContain(
      `| ${title} | ${recognizedBy} | ${code(migrateCommand)} | ${code(pendingCommand)} | ${paths} |\n`,
    );
    if (noPendingBecause !== undefined) expect(page).toContain(`- ${title}: ${noPendingBecause}\n`);
  },
);

test.each(INIT_OPTIONS.map(({ name }) => name))('the page has the flag --%s', (name) => {
  expect(page).toContain(`\`--${name}\``);
});
