import { createHash } from 'node:crypto';
import type { SourceBlob } from '../platform/model.ts';
import type { Platform } from '../platform/platform.ts';

/**
 * The tarball that a build's source address names, its checksum verified. Only this local Heroku's own
 * addresses are read: a rehearsal must not reach out to other machines.
 * @throws Error when it is another address, nothing was uploaded there, or the checksum differs.
 */
export async function fetchSource(platform: Platform, blob: SourceBlob): Promise<Buffer> {
  const { pathname, searchParams, origin } = new URL(blob.url);
  const id = /^\/_sources\/([^/]+)$/.exec(pathname)?.[1];
  if (origin !== new URL(platform.addresses.api).origin || id === undefined) {
    throw new Error(
      'The source is not an address of this local Heroku, which reads no others: create one with POST /sources.',
    );
  }
  const source = platform.sources.find(id, searchParams.get('signature') ?? undefined);
  if (!source?.uploaded)
    throw new Error('Could not download the source: nothing was uploaded to its address.');
  const tarball = await platform.sources.read(source);
  const digest = createHash('sha256').update(tarball).digest('hex');
  if (blob.checksum !== null && blob.checksum.slice('SHA256:'.length).toLowerCase() !== digest) {
    throw new Error(`The checksum of the source does not match: it is SHA256:${digest}.`);
  }
  return tarball;
}
