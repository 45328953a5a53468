import { execFile } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, inflateSync } from 'node:zlib';
import type { Place, PlaceName } from './leaks.ts';

const execute = promisify(execFile);

/** A folder of which everything below belongs to one place, unless a longer path says otherwise. */
export type Territory = readonly [path: string, place: PlaceName];

/**
 * Every file below the territories: its name, what it holds, and what that holds where it is compressed.
 * Each file belongs to the territory with the longest path, and to no other.
 */
export function filePlaces(territories: readonly Territory[]): Place[] {
  const longestFirst = [...territories].sort(([a], [b]) => b.length - a.length);
  const files = new Set(territories.flatMap(([path]) => filesBelow(path)));
  return [...files].flatMap((file) => {
    const owner = longestFirst.find(([path]) => file === path || file.startsWith(path + sep));
    if (owner === undefined) return [];
    const where = relative(owner[0], file) || file;
    return contentsOf(file).map((bytes) => ({ place: owner[1], where, bytes }));
  });
}

/** Every object of a repository, packed or not: they are compressed, so their files show nothing. */
export async function objectPlaces(repository: string): Promise<Place[]> {
  const { stdout } = await execute(
    'git',
    ['-C', repository, 'cat-file', '--batch-all-objects', '--batch', '--unordered'],
    { encoding: 'buffer', maxBuffer: 1 << 28, env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1' } },
  );
  return [{ place: 'git objects', where: repository, bytes: stdout }];
}

/**
 * Keeps what is written into a folder only for a while, as far as it is seen: files that are there when
 * {@link TransientFiles.look} is called.
 */
export class TransientFiles {
  readonly #seen = new Map<string, Place>();

  constructor(
    private readonly folder: string,
    private readonly place: PlaceName,
  ) {}

  look(): void {
    for (const file of filesBelow(this.folder)) {
      for (const [index, bytes] of contentsOf(file).entries()) {
        const where = relative(this.folder, file) || file;
        this.#seen.set(`${where} ${bytes.length} ${index}`, { place: this.place, where, bytes });
      }
    }
  }

  get places(): Place[] {
    return [...this.#seen.values()];
  }
}

/** Paths of everything below a folder, the folder itself included; a path that is not there has none. */
export function filesBelow(path: string): string[] {
  try {
    if (!lstatSync(path).isDirectory()) return [path];
    return [path, ...readdirSync(path).flatMap((name) => filesBelow(join(path, name)))];
  } catch (error) {
    // Folders that a run may have made or not, and files that are removed while they are looked for.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function contentsOf(file: string): Buffer[] {
  const name = Buffer.from(file);
  try {
    const kind = lstatSync(file);
    if (kind.isSymbolicLink()) return [name, Buffer.from(readlinkSync(file))];
    if (!kind.isFile()) return [name];
    const bytes = readFileSync(file);
    const unpacked = unpack(bytes);
    return unpacked === undefined ? [name, bytes] : [name, bytes, unpacked];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [name];
    throw error;
  }
}

function unpack(bytes: Buffer): Buffer | undefined {
  const [unzip] = [
    ...(bytes[0] === 0x1f && bytes[1] === 0x8b ? [gunzipSync] : []),
    ...(bytes[0] === 0x78 ? [inflateSync] : []),
  ];
  try {
    return unzip?.(bytes);
  } catch {
    // It only begins like a compressed file.
    return undefined;
  }
}
