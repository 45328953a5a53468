import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { INIT_OPTIONS } from '../../src/cli/init/flags.ts';
import { FRAMEWORKS } from '../../src/cli/init/frameworks.ts';

/** A page without the padding of its tables. */
const read = (name: string): string =>
  readFileSync(resolve(__dirname, '../../docs', name), 'utf8').replace(/ +/g, ' ');
const page = read('frameworks.md');
const code = (text: string): string => (text === '' ? 'none' : `\`${text}\``);

test.each(FRAMEWORKS.map((one) => [one.title, one] as const))(
  'the page has the row of %s',
  (title, framework) => {
    const { recognizedBy, migrateCommand, pendingCommand, migrationPaths, noPendingBecause } = framework;
    const paths = migrationPaths.map(code).join(', ');
    expect(page).toContain(
      `| ${title} | ${recognizedBy} | ${code(migrateCommand)} | ${code(pendingCommand)} | ${paths} |\n`,
    );
    // Its example says the same; of several patterns one chooses.
    const [, example = ''] = new RegExp(`\n## ${title}\n\n\`\`\`yaml\n([^]*?)\`\`\``).exec(page) ?? [];
    const given = parse(example) as Readonly<Record<string, string | undefined>>;
    expect(given['migrate-command']).toBe(migrateCommand);
    expect(given['pending-migrations-command'] ?? '').toBe(pendingCommand);
    const patterns = given['migration-paths']?.split(', ') ?? [];
    expect(migrationPaths).toEqual(expect.arrayContaining(patterns));
    expect(patterns).not.toEqual([]);
    if (noPendingBecause !== undefined) expect(page).toContain(`- ${title}: ${noPendingBecause}\n`);
  },
);

test.each(INIT_OPTIONS.map(({ name }) => name))('the page has the flag --%s', (name) => {
  expect(read('init.md')).toContain(`\`--${name}\``);
});
