import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Owner } from './owner.ts';

/** What every program of one server needs to know. */
export interface Place {
  readonly binaries: string;
  /** Holds the data folder and the socket; belongs to the owner, closed to others. */
  readonly folder: string;
  readonly data: string;
  readonly owner: Owner;
}

/**
 * Makes a server's folder. It lies in the temporary folder itself, not in one of this process's: a folder
 * that is closed to others would be closed to the server's user too.
 */
export async function makePlace(binaries: string, owner: Owner): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'local-postgres-'));
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(folder, owner.uid, owner.gid);
  return { binaries, folder, data: join(folder, 'data'), owner };
}

export async function removePlace({ folder }: Place): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** How a program of the server starts: nothing of the caller's environment, such as PGPORT or LC_ALL, counts. */
export function spawnOptions({ folder, owner }: Place) {
  return {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', HOME: folder },
    // Ctrl-C is the terminal's message to us: we end the server when its users have ended.
    detached: true,
    ...owner,
  };
}
