/**
 * Measures how much of the helper and its parameters the tests run, both inside of jest and as the process that
 * the orb starts in a job. Usage: npm run coverage [-- jest's arguments]
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readRecorded } from './lib/measure/counts.ts';
import { runJest } from './lib/measure/jest.ts';
import { makeMeasuringOrb } from './lib/measure/orb.ts';
import { mergeCoverage, reportCoverage } from './lib/measure/report.ts';
import { ROOT } from './lib/project.ts';

async function main(): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heroku-cd-coverage-')));
  try {
    const orb = await makeMeasuringOrb(ROOT, folder);
    const jest = await runJest({ root: ROOT, folder, orb: orb.file, args: process.argv.slice(2) });
    const { coverage: ofJobs, processes } = readRecorded(orb.countsFolder, orb.files);
    const { coverage, changed } = mergeCoverage(ofJobs, jest.coverage);
    reportCoverage(coverage, ROOT, join(ROOT, 'coverage'));
    console.log(`Counted in jest and in processes of the helper (${processes}). Pages: coverage/index.html`);
    for (const file of changed) {
      console.error(
        `${relative(ROOT, file)} was edited meanwhile: what ran of it in jobs is not in the table. Run this again.`,
      );
    }
    if (!jest.passed) console.error('Not every test passed, so the table may show less than there is.');
    if (!jest.passed || changed.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
