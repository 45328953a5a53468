import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Asker } from '../../../../src/cli/init/ask.ts';
import { initCommand } from '../../../../src/cli/init/command.ts';
import type { InitFlags } from '../../../../src/cli/init/flags.ts';
import { createRepository, type Repository } from '../../../e2e/support/repository.ts';
import { ORB } from './orb.ts';

const folders: string[] = [];

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-init-'));
  folders.push(folder);
  return folder;
}

export async function removeFolders(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

/** A real repository with these files. */
export async function project(files: Readonly<Record<string, string>>): Promise<Repository> {
  const repository = await createRepository(await temporaryFolder());
  await repository.commit(files);
  return repository;
}

/** What init did: its exit code and what it wrote to either stream. */
export async function init(
  cwd: string,
  flags: InitFlags,
  asker?: Asker,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const code = await initCommand(flags, {
    cwd,
    asker,
    orb: ORB,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
  });
  return { code, out, err };
}
