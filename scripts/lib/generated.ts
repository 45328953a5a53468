import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GENERATED_DIRECTORIES } from '../../src/orb/generate.ts';
import { PAYLOAD_VARIABLE } from '../../src/orb/hand-over.ts';
import { unpackPayload } from '../../src/orb/payload.ts';
import { readTree, type FileTree } from '../../src/orb/tree/index.ts';

/** A generated file that is not as it would be written. */
export interface Difference {
  readonly path: string;
  readonly state: 'missing' | 'differs' | 'not generated any more';
}

/** What lies in the generated directories now. */
export function readGenerated(root: string): FileTree {
  return new Map(
    GENERATED_DIRECTORIES.flatMap((directory) =>
      [...readTree(join(root, directory))].map(([path, text]) => [`${directory}/${path}`, text] as const),
    ),
  );
}

/** Writes what changed and removes what is not generated any more. */
export function writeGenerated(root: string, files: FileTree): { written: string[]; removed: string[] } {
  const present = readGenerated(root);
  const written = [...files].filter(([path, text]) => present.get(path) !== text).map(([path]) => path);
  const removed = [...present.keys()].filter((path) => !files.has(path));
  for (const path of written) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), files.get(path) ?? '');
  }
  for (const path of removed) rmSync(join(root, path));
  return { written, removed };
}

/**
 * What differs between the files on disk and those that would be written. Payloads are compared unpacked:
 * another version of zlib may compress the same helper to other bytes.
 */
export function compareGenerated(root: string, files: FileTree): Difference[] {
  const present = readGenerated(root);
  const differences: Difference[] = [];
  for (const [path, text] of files) {
    const found = present.get(path);
    if (found === undefined) differences.push({ path, state: 'missing' });
    else if (withPayloadsUnpacked(path, found) !== withPayloadsUnpacked(path, text)) {
      differences.push({ path, state: 'differs' });
    }
  }
  for (const path of present.keys()) {
    if (!files.has(path)) differences.push({ path, state: 'not generated any more' });
  }
  return differences.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The payload as the packed orb has it: a block of indented lines below the variable's name. */
const EMBEDDED = new RegExp(`(${PAYLOAD_VARIABLE}: \\|\n)((?: +[A-Za-z0-9+/=]+\n)+)`, 'g');

function withPayloadsUnpacked(path: string, text: string): string {
  if (path.endsWith('.b64')) return digestOfPayload(text);
  if (!path.endsWith('orb.yml')) return text;
  return text.replace(EMBEDDED, (_whole, head: string, payload: string) => head + digestOfPayload(payload));
}

function digestOfPayload(text: string): string {
  try {
    return createHash('sha256').update(unpackPayload(text)).digest('hex');
  } catch {
    // A payload that does not unpack is compared as it is, and differs.
    return text;
  }
}
