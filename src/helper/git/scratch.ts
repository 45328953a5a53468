import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ConfigSetting } from './config-variables.ts';
import type { GitProcesses } from './git-processes.ts';

/** A repository of our own, for as long as something is done with it. */
export interface Scratch {
  readonly folder: string;
  /** Git in it. */
  readonly git: GitProcesses;
}

export interface ScratchOptions {
  /** Folders of objects that it reads besides its own. */
  readonly objects?: readonly string[];
  /** For its `info/attributes`, which outvotes every other file of attributes (gitattributes). */
  readonly attributes?: string;
  readonly settings?: readonly ConfigSetting[];
  /** Of a commit in it, which tells the hash of its ids. */
  readonly commit: string;
}

/**
 * Works in a bare repository in a temporary folder, so that the job's clone is left as it is. It is written
 * without git: a template or a setting of the machine has no say in it.
 */
export async function withScratch<T>(
  git: GitProcesses,
  options: ScratchOptions,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-git-'));
  try {
    const repository = join(folder, 'git');
    await mkdir(join(repository, 'objects', 'info'), { recursive: true });
    await mkdir(join(repository, 'refs'));
    await mkdir(join(repository, 'info'));
    const isSha256 = options.commit.length === 64;
    const lines = [
      `[core]\n\trepositoryformatversion = ${isSha256 ? 1 : 0}\n\tbare = true\n`,
      ...(isSha256 ? ['[extensions]\n\tobjectformat = sha256\n'] : []),
      ...(options.settings ?? []).map(([key, value]) => {
        const [section = '', name = ''] = key.split('.');
        return `[${section}]\n\t${name} = ${value}\n`;
      }),
    ];
    await writeFile(join(repository, 'HEAD'), 'ref: refs/heads/main\n');
    await writeFile(join(repository, 'config'), lines.join(''));
    await writeFile(
      join(repository, 'objects', 'info', 'alternates'),
      (options.objects ?? []).map((path) => `${path}\n`).join(''),
    );
    await writeFile(join(repository, 'info', 'attributes'), options.attributes ?? '');
    return await work({ folder, git: git.elsewhere({ repository, index: join(folder, 'index') }) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where a clone keeps its objects. */
export async function objectsOf(git: GitProcesses): Promise<string> {
  const path = await git.read(['rev-parse', '--git-path', 'objects']);
  return resolve(git.directory, path.toString('utf8').replace(/\n$/, ''));
}
