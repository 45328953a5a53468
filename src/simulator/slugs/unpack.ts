import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { SlugError } from './slug-error.ts';

/**
 * Unpacks a .tar.gz into an empty directory and says where the app's root is: the directory itself, or the one
 * folder in it where the archive holds nothing else at its top, as GitHub's archives do (Dev Center: Building
 * and Releasing Using the Platform API).
 * @throws SlugError when it is no readable archive, or when an entry would land outside of the directory.
 */
export async function unpack(tarball: Buffer, directory: string): Promise<string> {
  // Strict: what tar would only warn of (`..` in a path, an absolute path, a truncated file) is an error.
  const sink = extract({ cwd: directory, strict: true, preserveOwner: false });
  try {
    await pipeline(Readable.from([tarball]), sink);
  } catch (error) {
    throw new SlugError(`The source archive could not be unpacked: ${(error as Error).message}`);
  }
  const entries = await readdir(directory, { withFileTypes: true });
  const [only] = entries;
  if (only === undefined) throw new SlugError('The source archive is empty.');
  return entries.length === 1 && only.isDirectory() ? path.join(directory, only.name) : directory;
}
