import type { Finding } from '../../../src/helper/deployment/findings.ts';
import { table } from '../../../src/helper/doctor/table.ts';

const COMMAND = '`heroku pg:backups:schedule DATABASE_URL --at "02:00 UTC" -a a-shop-with-a-long-name`';

const findings: readonly Finding[] = [
  { level: 'ok', subject: 'App', what: 'corner-shop: cedar' },
  { level: 'note', subject: 'Way back', what: 'no backup, and none is planned '.repeat(6), remedy: COMMAND },
  { level: 'problem', subject: 'Stack', what: 'over', remedy: 'do this, and `that`' },
];

test('worst first, each remedy below its finding', () => {
  const lines = table(findings);
  expect(lines.slice(0, 2)).toEqual(['PROBLEM  Stack     over', '         -> do this, and `that`']);
  expect(lines.at(-1)).toBe('ok       App       corner-shop: cedar');
});

test('80 columns, but a command that is longer than a line stays whole', () => {
  const lines = table(findings);
  const long = lines.filter((line) => line.length > 80);
  expect(long).toEqual([`         -> ${COMMAND}`]);
  expect(lines.filter((line) => line.includes('none is planned')).length).toBeGreaterThan(2);
});

test('nothing but printable characters without colour', () => {
  for (const line of table(findings)) expect(line).toMatch(/^\P{Cc}*$/u);
});
