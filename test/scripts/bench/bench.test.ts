import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AIMS } from '../../../scripts/lib/bench/aims.ts';
import { measureDowntime } from '../../../scripts/lib/bench/downtime.ts';
import { NOT_INSTALLED } from '../../../scripts/lib/bench/figures.ts';
import { startLocalWorld } from '../../../scripts/lib/bench/local-world.ts';
import { makeMaterials } from '../../../scripts/lib/bench/materials.ts';
import { PART_NAMES, SECTIONS } from '../../../scripts/lib/bench/parts.ts';
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

/** All but those whose rounds take minutes. */
const QUICK = PART_NAMES.filter((name) => name !== 'downtime');

describe('npm run bench', () => {
  it('writes a report in which no row is missing', () => {
    const output = join(folder, 'benchmarks.md');
    const only = QUICK.join(',');
    const { status, stdout, stderr } = bench('--rounds', '1', '--only', only, '--output', output);
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

    const sections = Object.keys(SECTIONS).filter((title) => title !== 'Downtime');
    const figures = sections.flatMap((title) => rows(report, title));
    expect(figures).toHaveLength(Object.keys(AIMS).filter((id) => !id.startsWith('downtime')).length);
    for (const [measured, against, ratio, spread, aim] of figures) {
      expect([measured, against]).not.toContain('');
      expect(aim).toMatch(/^≤ \d/);
      if (ratio === NOT_INSTALLED) continue;
      expect(Number(ratio)).toBeGreaterThan(0);
      expect(spread).toBe(`${ratio} – ${ratio}`);
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
  }, 900_000);

  it('measures the downtime that a visitor sees', async () => {
    const materials = await makeMaterials(ROOT);
    const world = await startLocalWorld(materials);
    try {
      const parts = { root: ROOT, materials, world, rounds: 1, cli: undefined, long: false };
      // Builds of so few seconds take longer to begin and to end than to last.
      const figures = await measureDowntime(parts, [5, 30], (seconds) => seconds * 20);
      expect(figures.map(({ id }) => id)).toEqual(['downtime-5s', 'downtime-30s', 'downtime-growth-30s']);
      for (const { ratio } of figures) {
        expect(ratio === NOT_INSTALLED ? 0 : ratio.median).toBeGreaterThan(0);
      }
    } finally {
      await world.close();
      await materials.remove();
    }
  }, 300_000);

  it('measures nothing when it is asked for nonsense', () => {
    const output = join(folder, 'benchmarks.md');
    const { status, stderr } = bench('--rounds', '0', '--output', output);
    expect(status).toBe(1);
    expect(stderr).toBe('--rounds 0: a number from 1 to 9999 is wanted.\n');
    expect(existsSync(output)).toBe(false);
  });
});
