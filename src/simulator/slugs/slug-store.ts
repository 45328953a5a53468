import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Slug, SlugStore } from '../parts.ts';
import { checkOut } from './checkout.ts';
import { parseProcfile } from './procfile.ts';
import { SlugError } from './slug-error.ts';
import { unpack } from './unpack.ts';

const SLUG_ID = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/**
 * Keeps each slug as a folder `<root>/<slugId>`. A slug is there completely or not at all: a source that cannot
 * become one leaves nothing behind.
 */
export function createSlugStore(root: string): SlugStore {
  return new LocalSlugStore(path.resolve(root));
}

class LocalSlugStore implements SlugStore {
  constructor(private readonly root: string) {}

  fromCommit({ slugId, ...source }: Parameters<SlugStore['fromCommit']>[0]): Promise<Slug> {
    return this.build(slugId, `commit ${source.commit}`, async (directory) => {
      await checkOut({ ...source, directory });
      return directory;
    });
  }

  fromTarball({ slugId, tarball }: Parameters<SlugStore['fromTarball']>[0]): Promise<Slug> {
    return this.build(slugId, 'source archive', (directory) => unpack(tarball, directory));
  }

  /** Fills a folder aside and moves it to its place when it has turned out to be a slug. */
  private async build(
    slugId: string,
    what: string,
    fill: (directory: string) => Promise<string>,
  ): Promise<Slug> {
    if (!SLUG_ID.test(slugId)) throw new Error(`"${slugId}" cannot name a slug: letters, digits and - only.`);
    const directory = path.join(this.root, slugId);
    if (await exists(directory)) throw new Error(`There is a slug ${slugId} already.`);
    const aside = path.join(this.root, `.${slugId}`);
    await mkdir(this.root, { recursive: true });
    await mkdir(aside);
    try {
      const appRoot = await fill(aside);
      const processTypes = await readProcfile(appRoot, what);
      await rename(appRoot, directory);
      return { directory, processTypes };
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }
}

async function readProcfile(directory: string, what: string): Promise<Record<string, string>> {
  try {
    return parseProcfile(await readFile(path.join(directory, 'Procfile'), 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EISDIR') throw error;
    throw new SlugError(
      `No file named Procfile at the top of the ${what}. The local Heroku has no buildpacks: ` +
        'it starts what a Procfile names. Add one with a line such as "web: node server.js".',
    );
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
