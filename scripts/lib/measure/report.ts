import { rmSync } from 'node:fs';
import { createCoverageMap, type CoverageMap, type CoverageMapData } from 'istanbul-lib-coverage';
import { createContext } from 'istanbul-lib-report';
import { create } from 'istanbul-reports';

export interface Merged {
  readonly coverage: CoverageMap;
  /** Files that were edited between the two measurements: their counts cannot be added. */
  readonly changed: readonly string[];
}

/**
 * Adds two measurements of the same sources. A file without anything that runs, such as one of types alone,
 * has no coverage and is left out. Of a file that changed in between, the second measurement is taken.
 */
export function mergeCoverage(first: CoverageMapData, second: CoverageMapData): Merged {
  const coverage = createCoverageMap({});
  const changed: string[] = [];
  for (const file of new Set([...Object.keys(first), ...Object.keys(second)])) {
    const both = [first[file], second[file]].filter((one) => one !== undefined);
    const [one, other] = both;
    if (one !== undefined && other !== undefined && placesOf(one) !== placesOf(other)) {
      changed.push(file);
      both.shift();
    }
    for (const each of both) coverage.addFileCoverage(each);
  }
  coverage.filter((file) => {
    const { lines, functions } = coverage.fileCoverageFor(file).toSummary();
    return lines.total + functions.total > 0;
  });
  return { coverage, changed };
}

function placesOf({ statementMap, fnMap, branchMap }: CoverageMapData[string]): string {
  return JSON.stringify([statementMap, fnMap, branchMap]);
}

/**
 * Writes lcov.info and the pages (index.html) into the folder, and the table to standard output.
 *
 * @param root the project's directory, which lcov.info names the files from.
 */
export function reportCoverage(coverage: CoverageMap, root: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const context = createContext({ dir: folder, coverageMap: coverage });
  create('lcovonly', { projectRoot: root }).execute(context);
  create('html').execute(context);
  create('text', { maxCols: process.stdout.columns ?? 0 }).execute(context);
}
