import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Build } from '../ports/heroku.ts';
import type { Run } from './deploy-state.ts';
import { short } from './facts.ts';
import { followBuild } from './follow-build.ts';
import { noteOfFolder, transportOf } from './transport.ts';
import type { Act } from './shipping.ts';

/**
 * Builds a tarball of the commit's files through the Builds API, which knows no history: so nothing about it can
 * be refused. `requireUnchanged` is the last look before the build is asked for.
 * @throws Failure of the build; Refusal where the clone lacks files of it; the signal's reason.
 */
export async function buildFromTarball(
  run: Run,
  name: string,
  commit: string,
  requireUnchanged: () => Promise<void> = () => Promise.resolve(),
): Promise<Build> {
  const { git, heroku, log, signal } = run.ports;
  const { directory } = transportOf(run.settings);
  const note = noteOfFolder(directory);
  const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-source-'));
  try {
    const file = join(folder, 'source.tgz');
    await git.archive(commit, file, { directory });
    signal.throwIfAborted();
    const digest = createHash('sha256');
    await pipeline(createReadStream(file), digest);
    const bytes = (await stat(file)).size;
    log.info(`Uploading ${(bytes / 1_000_000).toFixed(1)} MB.`);
    const sourceUrl = await heroku.uploadSource({ file, bytes });
    await requireUnchanged();
    const build = await heroku.createBuild(name, {
      sourceUrl,
      version: commit,
      checksum: `SHA256:${digest.digest('hex')}`,
      ...(note === undefined ? {} : { versionDescription: note }),
    });
    return await followBuild(run, name, build, { stream: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The calls of {@link buildFromTarball}; the last one is what changes something. */
export function tarballActs(
  app: string,
  commit: string,
  directory: string,
  { what, undo }: Pick<Act, 'what' | 'undo'>,
): readonly Act[] {
  const files = directory === '' ? short(commit) : `${directory} of ${short(commit)}`;
  const harmless = 'nothing: without a build it is never read, and it expires';
  return [
    { call: 'POST /sources', what: 'ask for a place for the tarball', undo: harmless, harmless: true },
    { call: 'PUT (source upload)', what: `upload the files of ${files}`, undo: harmless, harmless: true },
    { call: `POST /apps/${app}/builds {"source_blob":{"version":"${short(commit)}"}}`, what, undo },
  ];
}
