import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RehearsalError } from '../errors.ts';
import { below, expandPath } from './paths.ts';

interface Folders {
  readonly home: string;
  readonly workingDirectory: string;
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true, force: true, verbatimSymlinks: true });
}

/** Copies a `store_artifacts` path into the artifacts folder. A path that is not there is no failure. */
export async function storeArtifacts(
  path: string,
  destination: string | undefined,
  target: string,
  folders: Folders,
): Promise<string> {
  const from = expandPath(path, folders.home, folders.workingDirectory);
  if (!existsSync(from)) return `No artifact files found at ${path}\n`;
  const name =
    destination ??
    below(folders.workingDirectory, from) ??
    below(folders.home, from) ??
    from.replace(/^\/+/, '');
  const to = join(target, name);
  if (below(target, to) === undefined) {
    throw new RehearsalError(
      `store_artifacts: destination ${JSON.stringify(name)} leaves the artifacts.`,
      'destination',
    );
  }
  await copy(from, to);
  return `Uploading ${path} to ${name === '' ? '.' : name}\n`;
}

/** Copies a `store_test_results` path into the folder of test results. A path that is not there is no failure. */
export async function storeTestResults(path: string, target: string, folders: Folders): Promise<string> {
  const from = expandPath(path, folders.home, folders.workingDirectory);
  if (!existsSync(from)) return `Unable to find test results at ${path}\n`;
  await copy(from, join(target, basename(from)));
  return `Uploading test results from ${path}\n`;
}

/**
 * Copies the paths of `persist_to_workspace` into the workspace folder; later layers replace equal files.
 * @throws RehearsalError for a pattern that matches nothing, as CircleCI fails the step.
 */
export async function persistToWorkspace(
  root: string,
  paths: readonly string[],
  workspace: string,
  folders: Folders,
): Promise<string> {
  const base = expandPath(root, folders.home, folders.workingDirectory);
  const lines: string[] = [];
  for (const pattern of paths) {
    const found = await glob(
      base,
      pattern.split('/').filter((part) => part !== '' && part !== '.'),
    );
    if (found.length === 0) {
      throw new RehearsalError(`persist_to_workspace: nothing matches ${pattern} below ${root}.`, 'paths');
    }
    for (const name of found) {
      await copy(join(base, name), join(workspace, name));
      lines.push(`Persisting ${name === '' ? '.' : name}\n`);
    }
  }
  return lines.join('');
}

/** Copies the workspace to where `attach_workspace` wants it. */
export async function attachWorkspace(at: string, workspace: string, folders: Folders): Promise<string> {
  const to = expandPath(at, folders.home, folders.workingDirectory);
  await mkdir(to, { recursive: true });
  if (!existsSync(workspace)) return 'No job has persisted anything to the workspace.\n';
  await cp(workspace, to, { recursive: true, force: true, verbatimSymlinks: true });
  return `Attached the workspace at ${at}\n`;
}

/** Names below `base` that match a path of patterns, each as in Go's `filepath.Match`. */
async function glob(base: string, parts: readonly string[], prefix = ''): Promise<string[]> {
  const [part, ...rest] = parts;
  if (part === undefined) return existsSync(join(base, prefix)) ? [prefix] : [];
  if (part === '..') throw new RehearsalError('persist_to_workspace: paths stay below root.', 'paths');
  if (!/[*?[\\]/.test(part)) return glob(base, rest, join(prefix, part));
  const folder = join(base, prefix);
  const names = existsSync(folder) ? await readdir(folder) : [];
  const pattern = new RegExp(
    `^${part.replace(/\\(.)|[*?]|[.+^${'$'}{}()|]/g, (found, escaped?: string) =>
      escaped !== undefined
        ? `\\${escaped}`
        : found === '*'
          ? '[^/]*'
          : found === '?'
            ? '[^/]'
            : `\\${found}`,
    )}$`,
  );
  const matches = names.filter((name) => pattern.test(name)).sort();
  return (await Promise.all(matches.map((name) => glob(base, rest, join(prefix, name))))).flat();
}
