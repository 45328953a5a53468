import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expandPath } from './paths.ts';

interface Entry {
  readonly key: string;
  readonly savedAt: string;
  /** Orders entries saved within one tick of the clock. */
  readonly order: number;
  readonly paths: readonly string[];
}

interface Folders {
  readonly home: string;
  readonly workingDirectory: string;
}

/** CircleCI's cache in a folder: a key is written once, and restored by the newest key that starts with the wanted one. */
export class Cache {
  constructor(private readonly folder: string) {}

  /**
   * Saves paths under a key.
   * @returns what to print; a key that exists already is left as it is.
   */
  async save(key: string, paths: readonly string[], folders: Folders): Promise<string> {
    const target = join(this.folder, createHash('sha256').update(key).digest('hex'));
    if (existsSync(target)) return `Skipping cache generation, cache already exists for key: ${key}\n`;
    await mkdir(this.folder, { recursive: true });
    const draft = await mkdtemp(join(this.folder, 'draft-'));
    const lines: string[] = [`Creating cache archive for key: ${key}\n`];
    for (const [index, path] of paths.entries()) {
      const from = expandPath(path, folders.home, folders.workingDirectory);
      if (!existsSync(from)) {
        lines.push(`Warning: could not archive ${path} - Not found\n`);
        continue;
      }
      lines.push(`  * ${path}\n`);
      await copy(from, join(draft, 'files', String(index)));
    }
    const entry: Entry = {
      key,
      savedAt: new Date().toISOString(),
      order: (await this.entries()).length,
      paths,
    };
    await writeFile(join(draft, 'entry.json'), JSON.stringify(entry));
    try {
      await rename(draft, target);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      // Another job of the same machine has saved this key meanwhile: the first one stays.
      if (!existsSync(target)) throw error;
      return `Skipping cache generation, cache already exists for key: ${key}\n`;
    }
    return [...lines, `Stored Cache to ${key}\n`].join('');
  }

  /** Restores the first of the keys that has a match. @returns what to print; finding none is no failure. */
  async restore(keys: readonly string[], folders: Folders): Promise<string> {
    const entries = await this.entries();
    const lines: string[] = [];
    for (const key of keys) {
      const matches = entries.filter(({ entry }) => entry.key.startsWith(key));
      const exact = matches.find(({ entry }) => entry.key === key);
      const found = exact ?? matches.sort((left, right) => newer(left.entry, right.entry))[0];
      if (found === undefined) {
        lines.push(`No cache is found for key: ${key}\n`);
        continue;
      }
      for (const [index, path] of found.entry.paths.entries()) {
        const from = join(found.folder, 'files', String(index));
        if (existsSync(from)) await copy(from, expandPath(path, folders.home, folders.workingDirectory));
      }
      return [...lines, `Found a cache at ${found.entry.key}\n`].join('');
    }
    return lines.join('');
  }

  private async entries(): Promise<{ entry: Entry; folder: string }[]> {
    if (!existsSync(this.folder)) return [];
    const names = (await readdir(this.folder)).filter((name) => /^[0-9a-f]{64}$/.test(name));
    return Promise.all(
      names.map(async (name) => {
        const folder = join(this.folder, name);
        return { folder, entry: JSON.parse(await readFile(join(folder, 'entry.json'), 'utf8')) as Entry };
      }),
    );
  }
}

function newer(left: Entry, right: Entry): number {
  return right.savedAt.localeCompare(left.savedAt) || right.order - left.order;
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true, force: true, preserveTimestamps: true, verbatimSymlinks: true });
}
