import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { StateStore } from '../deployment/ports.ts';
import { Refusal } from '../errors.ts';
import { messageOf } from '../output/message.ts';

/** Beside the file with the app's id, and made with it: whose journal is to be kept. */
export const OWN_JOURNAL_FILE = '.heroku-cd/own-journal';

/**
 * What the key of the app's cache is made from. Whose home it was packed from belongs to it: CircleCI unpacks a cache
 * where it was, and fails the job whose user may not write there. `HEROKU_CD_CACHE_VERSION` leaves caches behind that
 * cannot be unpacked at all, because nobody can delete one (CircleCI support: "Resolving Cache Upload Errors").
 */
export function cacheOwner(appId: string, environment: NodeJS.ProcessEnv): string {
  const home = basename(environment['HOME'] || homedir());
  return `${appId} ${home} ${environment['HEROKU_CD_CACHE_VERSION'] ?? ''}`.trim();
}

/** The state directory of one app: `HEROKU_CD_STATE_DIR`, else `~/.heroku-cd/<app>`. */
export function createFileStore(app: string, environment: NodeJS.ProcessEnv): StateStore {
  const given = environment['HEROKU_CD_STATE_DIR'];
  const directory = given === undefined || given === '' ? join(homedir(), '.heroku-cd', app) : resolve(given);
  const refuse = (error: unknown): Refusal =>
    new Refusal({
      what: `The state directory ${directory} cannot be written.`,
      why: messageOf(error),
      next: 'Point HEROKU_CD_STATE_DIR to a folder that the job may write.',
    });
  const store: StateStore = {
    directory,
    async prepare() {
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await chmod(directory, 0o700);
        await writeFile(join(directory, '.writable'), '', { mode: 0o600 });
      } catch (error) {
        throw refuse(error);
      }
    },
    async write(name, content) {
      const file = join(directory, name);
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await replaceFile(file, content);
      } catch (error) {
        throw refuse(error);
      }
      return file;
    },
    async read(name) {
      try {
        return JSON.parse(await readFile(join(directory, name), 'utf8')) as unknown;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        // Cut short or damaged: as good as a file that holds nothing.
        if (error instanceof SyntaxError) return null;
        throw refuse(error);
      }
    },
    async own(appId) {
      try {
        await writeFile(OWN_JOURNAL_FILE, `${cacheOwner(appId, environment)}\n`, { flag: 'r+' });
      } catch (error) {
        // Without such a file nobody asks: there is no cache around this run.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw refuse(error);
      }
    },
  };
  return store;
}

/** Writes JSON beside the file and moves it into place, so that nobody ever reads half of it. */
export async function replaceFile(file: string, content: unknown): Promise<void> {
  await replaceText(file, `${JSON.stringify(content, null, 2)}\n`);
}

/** The same for a text. */
export async function replaceText(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, file);
}
