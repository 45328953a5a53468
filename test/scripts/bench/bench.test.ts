import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AIMS } from '../../../scripts/lib/bench/aims.ts';
import { ROOT, runScript } from '../support/project.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heroku-cd-bench-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bench = (...args: string[]) => runScript(ROOT, 'bench.ts', { HOME: folder, TMPDIR: folder }, args);

/** The rows of the table below a heading, cell by cell, without the head. */
function rows(report: string, heading: string): string[][] {
  const [, section = ''] = report.split(`## ${heading}\n`);
  const lines = section.split(/^## /m)[0]?.match(/^\|.*\|$/gm) ?? [];
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

describe('npm run bench', () => {
  it('writes a report in which no row is missing', () => {
    const output = join(folder, 'benchmarks.md');
    const { status, stdout, stderr } = bench('--rounds', '1', '--output', output);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`wrote ${output}\n`);
    const report = readFileSync(output, 'utf8');

    expect(report).toContain('1 rounds are too few to go by');
    const machine = Object.fromEntries(rows(report, 'Machine')) as Record<string, string>;
    expect(machine).toMatchObject({
      Date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as string,
      CPUs: expect.stringMatching(/^\d+/) as string,
      Memory: expect.stringMatching(/^\d+ GiB$/) as string,
      'Node.js': process.versions.node,
      git: expect.stringMatching(/^\d+\.\d+/) as string,
    });
    expect(Object.values(machine).join(' ')).not.toContain(hostname());
    expect(report).not.toContain(folder);

    const figures = rows(report, 'In a job');
    expect(figures).toHaveLength(Object.keys(AIMS).length);
    for (const [measured, against, ratio, spread, aim] of figures) {
      expect(measured).not.toBe('');
      expect(against).toMatch(/^`(node -e 0|git push)`/);
      expect(Number(ratio)).toBeGreaterThan(0);
      expect(spread).toBe(`${ratio} – ${ratio}`);
      expect(aim).toMatch(/^≤ \d/);
    }
    const sizes = rows(report, 'Sizes').map(([part]) => part);
    expect(sizes).toEqual(
      expect.arrayContaining([
        'orb.yml, packed',
        'payload',
        "heroku-cd's own code",
        'node-fetch',
        'simple-git',
      ]),
    );
    expect(rows(report, 'Generating the orb')).toHaveLength(4);
  }, 300_000);

  it('measures nothing when it is asked for nonsense', () => {
    const output = join(folder, 'benchmarks.md');
    const { status, stderr } = bench('--rounds', '0', '--output', output);
    expect(status).toBe(1);
    expect(stderr).toBe('--rounds 0: a number from 1 to 9999 is wanted.\n');
    expect(existsSync(output)).toBe(false);
  });
});
