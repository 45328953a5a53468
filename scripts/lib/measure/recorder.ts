/**
 * Writes the counts of the process that it is bundled into when that ends by itself; SIGKILL leaves no time
 * for it. Imported before all else, so that it is there whenever the process ends.
 */
import { randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import type { Counts } from './counts.ts';

/** Set when it is bundled. */
declare const COUNTS_FOLDER: string;

declare global {
  /** Where instrumented code counts, by absolute path. */
  var __coverage__: Record<string, FileCoverageData> | undefined;
}

process.on('exit', () => {
  const counts: Record<string, Counts> = {};
  for (const [file, { s, f, b }] of Object.entries(globalThis.__coverage__ ?? {})) counts[file] = { s, f, b };
  // Whoever is killed while writing leaves nothing that could be taken for a record.
  const file = join(COUNTS_FOLDER, randomUUID());
  writeFileSync(`${file}.part`, JSON.stringify(counts));
  renameSync(`${file}.part`, `${file}.json`);
});
