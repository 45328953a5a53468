import { access, constants, readdir, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

/** Where Debian's packages put a version's programs: `/usr/lib/postgresql/15/bin`, outside of PATH. */
const debianFolder = '/usr/lib/postgresql';
const programs = ['initdb', 'postgres', 'pg_ctl'];

/**
 * Finds the folder of the Postgres server's programs: one of the search path, else the newest of Debian's.
 * @param path Folders as in PATH.
 * @throws Error that names the package to install when there is none.
 */
export async function findBinaries(
  path = process.env['PATH'] ?? '',
  versionsFolder = debianFolder,
): Promise<string> {
  const folders = [...path.split(delimiter).filter(Boolean), ...(await versions(versionsFolder))];
  for (const folder of folders) {
    // Links in a folder of PATH may be to some of the programs only: their own folder has all of them.
    if (await hasPrograms(folder)) return dirname(await realpath(join(folder, 'postgres')));
  }
  throw new Error(
    `Postgres is not installed: neither a folder of PATH nor ${versionsFolder}/<version>/bin has ` +
      `${programs.join(', ')}. Install Debian's package postgresql ` +
      '(apt-get install --no-install-recommends postgresql) and try again.',
  );
}

/** The newest version first. */
async function versions(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const newestFirst = names.filter((name) => /^\d+/.test(name)).sort((a, b) => parseFloat(b) - parseFloat(a));
  return newestFirst.map((name) => join(folder, name, 'bin'));
}

async function hasPrograms(folder: string): Promise<boolean> {
  try {
    for (const program of programs) await access(join(folder, program), constants.X_OK);
    return true;
  } catch {
    // Missing or not for us to run: either way this is not the folder.
    return false;
  }
}
