import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Settings } from '../../parameters/index.ts';
import { checkJob } from '../deployment/check-job.ts';
import type { Ports } from '../deployment/ports.ts';
import { cacheOwner, OWN_JOURNAL_FILE } from '../edge/file-store.ts';
import { Refusal } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { messageOf } from '../output/message.ts';
import type { Answer } from './command.ts';

/** In place of an id, for a job that has nothing to do: no cache is saved by it, so none is restored. */
export const NO_APP = 'no app';

/**
 * `heroku-cd identify`: the app's id in a file, for the key of a cache. Names of apps can be given away and
 * taken by others; ids cannot.
 * @throws Refusal for a forked pull request, an app that is not visible, or a file that cannot be written.
 */
export async function identifyCommand(ports: Ports, settings: Settings<'identify'>): Promise<Answer> {
  const skipped = checkJob(ports.environment);
  const id = skipped === undefined ? (await ports.heroku.app(settings['app-name'])).id : NO_APP;
  await writeAppId(settings, id === NO_APP ? id : cacheOwner(id, ports.environment));
  const lines = [skipped ?? `${settings['app-name']} is ${id}.`];
  return { exitCode: EXIT.succeeded, json: { app: settings['app-name'], id }, lines };
}

/**
 * The key of the cache is computed in any case, so there must be a file, whatever it holds.
 * @throws Refusal for a file that cannot be written.
 */
export async function writeAppId(
  settings: Pick<Settings<'identify'>, 'app-id-file'>,
  id: string,
): Promise<void> {
  const file = resolve(settings['app-id-file']);
  try {
    await mkdir(dirname(file), { recursive: true });
    // A folder that ignores itself: the project's own work tree stays clean.
    await writeFile(join(dirname(file), '.gitignore'), '*\n');
    await writeFile(file, `${id}\n`);
    await writeFile(join(dirname(file), basename(OWN_JOURNAL_FILE)), 'none\n');
  } catch (error) {
    throw new Refusal({
      what: `app-id-file: ${file} cannot be written.`,
      why: messageOf(error),
      next: 'Let the job run in a folder that it may write.',
      parameter: 'app-id-file',
    });
  }
}
