import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Whom a process runs as; empty for the user of this process. */
export interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** `postgres` comes with Debian's package; `nobody` is everywhere. */
const candidates = ['postgres', 'nobody'];

/**
 * Whom the server runs as: this process's user, or a system user without rights where this process is root,
 * because Postgres refuses to run as root (PostgreSQL: "The PostgreSQL User Account").
 * @throws Error when this is root and there is no such user.
 */
export async function findOwner(isRoot = process.getuid?.() === 0): Promise<Owner> {
  if (!isRoot) return {};
  for (const name of candidates) {
    const uid = await idOf('-u', name);
    const gid = await idOf('-g', name);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error(
    `Postgres does not run as root, and this machine has no user ${candidates.join(' or ')} to run it as. ` +
      "Install Debian's package postgresql, which makes one, or run this as another user.",
  );
}

async function idOf(flag: '-u' | '-g', name: string): Promise<number | undefined> {
  try {
    return Number((await execute('id', [flag, name])).stdout);
  } catch (error) {
    // `id` exits with 1 for a user that does not exist; anything else is a fault of the machine.
    if ((error as { code?: unknown }).code === 1) return undefined;
    throw error;
  }
}
