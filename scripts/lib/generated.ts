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
 * another version of zlib may compress the same helper to other bytes, and so to another number of parts.
 */
export function compareGenerated(root: string, files: FileTree): Difference[] {
  const present = withPayloadsUnpacked(readGenerated(root));
  const wanted = withPayloadsUnpacked(files);
  const differences: Difference[] = [];
  for (const [path, text] of wanted) {
    const found = present.get(path);
    if (found === undefined) differences.push({ path, state: 'missing' });
    else if (found !== text) differences.push({ path, state: 'differs' });
  }
  for (const path of present.keys()) {
    if (!wanted.has(path)) differences.push({ path, state: 'not generated any more' });
  }
  return differences.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The first file of a payload, and those that go on. */
const PAYLOAD_FILE = /^(.*\.br)(?:\.(\d+))?(\.b64)$/;

/** The payload as the packed orb has it: below each variable's name a block of indented lines. */
const EMBEDDED = new RegExp(`(?: +${PAYLOAD_VARIABLE}(?:_\\d+)?: \\|\n(?: +[A-Za-z0-9+/=]+\n)+)+`, 'g');
const NAMED = new RegExp(`${PAYLOAD_VARIABLE}(?:_\\d+)?: \\|\n`);

/** The files with one digest in place of each payload, under the name of its first part. */
function withPayloadsUnpacked(files: FileTree): FileTree {
  const compared = new Map<string, string>();
  const payloads = new Map<string, string[]>();
  for (const [path, text] of files) {
    const [, base, number = '1', ending] = PAYLOAD_FILE.exec(path) ?? [];
    if (base === undefined || ending === undefined) {
      const embedded = (block: string): string => digestOfPayload(block.split(NAMED));
      compared.set(path, path.endsWith('orb.yml') ? text.replace(EMBEDDED, embedded) : text);
    } else {
      const parts = payloads.get(base + ending) ?? [];
      parts[Number(number) - 1] = text;
      payloads.set(base + ending, parts);
    }
  }
  for (const [path, parts] of payloads) compared.set(path, digestOfPayload(parts));
  return compared;
}

function digestOfPayload(parts: readonly string[]): string {
  try {
    return createHash('sha256').update(unpackPayload(parts)).digest('hex');
  } catch {
    // A payload that does not unpack is compared as it is, and differs.
    return parts.join('');
  }
}
