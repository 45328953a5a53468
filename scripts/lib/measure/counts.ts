import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CoverageMapData, FileCoverageData } from 'istanbul-lib-coverage';

/** How often each statement, function and branch of a file ran in one process. */
export type Counts = Pick<FileCoverageData, 's' | 'f' | 'b'>;

/** The sum of what all processes recorded. */
export interface Recorded {
  readonly coverage: CoverageMapData;
  readonly processes: number;
}

/**
 * Adds up what the processes of one bundle have recorded in the folder.
 *
 * @param files what the bundle's files have to count; they are left as they are.
 */
export function readRecorded(folder: string, files: readonly FileCoverageData[]): Recorded {
  const sums = new Map(files.map((file) => [file.path, structuredClone(file)]));
  const records = readdirSync(folder).filter((name) => name.endsWith('.json'));
  for (const name of records) {
    const record = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, Counts>;
    for (const [file, counts] of Object.entries(record)) {
      const sum = sums.get(file);
      if (sum === undefined) throw new Error(`${file} was counted and is not in the bundle.`);
      addCounts(sum, counts);
    }
  }
  return { coverage: Object.fromEntries(sums), processes: records.length };
}

function addCounts(sum: FileCoverageData, { s, f, b }: Counts): void {
  for (const [id, count] of Object.entries(s)) sum.s[id] = (sum.s[id] ?? 0) + count;
  for (const [id, count] of Object.entries(f)) sum.f[id] = (sum.f[id] ?? 0) + count;
  for (const [id, counts] of Object.entries(b)) {
    const before = sum.b[id] ?? [];
    sum.b[id] = counts.map((count, arm) => (before[arm] ?? 0) + count);
  }
}
