import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { FileTree } from './unpacked.ts';

/** The text of every file below a directory, by its path from there; nothing when it does not exist. */
export function readTree(directory: string): FileTree {
  if (!existsSync(directory)) return new Map();
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(
    files.map((file) => [relative(directory, file).split(sep).join('/'), readFileSync(file, 'utf8')]),
  );
}
