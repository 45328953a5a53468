import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InitRefused } from './refusal.ts';

const execute = promisify(execFile);

/** What init looks at: a git repository as it lies on this machine. */
export interface Repository {
  /** The folder of its top. */
  readonly top: string;
  /** Paths from its top: what is tracked, and what is new and not ignored. */
  readonly files: readonly string[];
  /** The text of a file; empty for one that is gone or too large to be a manifest. */
  read(path: string): string;
  /**
   * The branch that people deploy from, as far as it can be told: the remote's default one, else main or master, else
   * the current one, which may be somebody's work of today.
   */
  readonly branch: string;
  /** The apps that remotes of Heroku's name, by the names of the remotes. */
  readonly apps: Readonly<Record<string, string>>;
}

/** Characters; manifests and lock files that matter are smaller, and a huge file is none. */
const LARGEST = 5_000_000;

/**
 * Reads the repository around a folder. Nothing in it is changed.
 * @throws InitRefused where there is none, or no git.
 */
export async function openRepository(folder: string): Promise<Repository> {
  const top = await topOf(folder);
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await execute('git', args, { cwd: top, maxBuffer: 256 * 1024 * 1024 });
    return stdout;
  };
  const listed = await git('ls-files', '-z', '--cached', '--others', '--exclude-standard');
  const files = [...new Set(listed.split('\0').filter(Boolean))].filter(
    // What is tracked may be gone, and submodules are folders.
    (path) => statSync(join(top, path), { throwIfNoEntry: false })?.isFile() === true,
  );
  return {
    top,
    files,
    read(path) {
      const text = readFileSync(join(top, path), 'utf8');
      return text.length > LARGEST ? '' : text;
    },
    branch: await branchOf(git),
    apps: appsOf(await git('config', '--get-regexp', '^remote\\..*\\.url$').catch(nothing)),
  };
}

async function topOf(folder: string): Promise<string> {
  try {
    const { stdout } = await execute('git', ['rev-parse', '--show-toplevel'], { cwd: folder });
    return stdout.trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InitRefused(
      code === 'ENOENT'
        ? ['git is not installed: CircleCI and Heroku take a repository of it.']
        : [
            `${folder} is in no git repository that can be read: run \`git init\`, or go to the project’s folder.`,
          ],
    );
  }
}

async function branchOf(git: (...args: string[]) => Promise<string>): Promise<string> {
  const remote = await git('symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD').catch(nothing);
  // Only a clone has that reference, a repository that was pushed to its origin has not.
  const listed = (await git('for-each-ref', '--format=%(refname)')).split('\n');
  const usual = ['main', 'master'].find((name) =>
    [`refs/heads/${name}`, `refs/remotes/origin/${name}`].some((ref) => listed.includes(ref)),
  );
  const current = await git('symbolic-ref', '--quiet', '--short', 'HEAD').catch(nothing);
  return remote.trim().replace(/^origin\//, '') || usual || current.trim() || 'main';
}

/** Dev Center: Deploying with Git; the older address over SSH is still in many clones. */
function appsOf(config: string): Record<string, string> {
  const lines = [
    ...config.matchAll(
      /^remote\.(\S+)\.url (?:https:\/\/(?:[^@/\s]*@)?git\.heroku\.com\/|git@heroku\.com:)([a-z0-9-]+)\.git$/gm,
    ),
  ];
  return Object.fromEntries(lines.map(([, remote, app]) => [remote ?? '', app ?? '']));
}

/** For questions of git's whose answer may be that there is nothing: exit status 1. */
function nothing(): string {
  return '';
}
