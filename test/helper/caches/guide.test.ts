import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { parseCommandLine } from '../../../src/helper/cli/program.ts';
import { PARAMETERS } from '../../../src/parameters/index.ts';

const GUIDE = readFileSync(resolve(__dirname, '../../../docs/caches.md'), 'utf8');
const names: readonly string[] = PARAMETERS.map(({ name }) => name);

it('has command lines that the helper takes', () => {
  const lines = [...GUIDE.matchAll(/^ {4}heroku-cd (.*)$/gm)].map(([, line = '']) => line);
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    expect(parseCommandLine(words)).toMatchObject({
      command: 'flush-cache',
      flags: { 'app-name': 'acme-shop' },
    });
  }
});

it('has parameters that there are', () => {
  const blocks = [...GUIDE.matchAll(/```yaml\n([^]*?)```/g)].map(([, block = '']) => parse(block) as unknown);
  const job = (blocks[0] as Record<string, Record<string, unknown>>[])[0]?.[
    'heroku-cd/maintenance-wrapped-migrate'
  ];
  for (const name of ['app-name', 'migrate-command', 'flush-cache']) {
    expect(Object.keys(job ?? {})).toContain(name);
    expect(names).toContain(name);
  }
  for (const block of blocks.slice(1)) expect(Object.keys(block as object)).toEqual(['flush-command']);
});
