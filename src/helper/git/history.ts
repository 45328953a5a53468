import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Descent } from '../ports/git.ts';
import type { ConfigSetting } from './config-variables.ts';
import { gitFailure } from './failures.ts';
import type { GitProcesses, NetworkLimits } from './git-processes.ts';
import { hasCommit, isAncestor, isObjectId } from './revisions.ts';
import { withScratch } from './scratch.ts';

/** What of a clone's configuration says where origin is and how to get there. */
const OF_ORIGIN =
  '^(remote\\.origin\\.(url|proxy|proxyauthmethod|uploadpack|vcs)|url\\..*|http\\..*|credential\\..*|protocol\\..*|ssh\\..*|core\\.(sshcommand|askpass|gitproxy))$';

/**
 * Asked for like this, an origin that is shallow itself says where its history ends; otherwise git, which misses the
 * rest, would ask for it again and again (measured with git 2.39).
 */
const WHOLE_HISTORY = '--depth=2147483647';

/**
 * How a commit stands to another one by the history that origin has. Commits alone are fetched, without their
 * files, and into a temporary folder: a shallow clone stays as it is.
 * @throws Failure where it was told to stop.
 */
export async function compareAtOrigin(
  git: GitProcesses,
  commit: string,
  other: string,
  limits: NetworkLimits,
): Promise<Descent> {
  if (!isObjectId(commit) || !isObjectId(other)) return 'untold';
  const settings = await settingsOfOrigin(git);
  if (!settings.some(([key]) => key === 'remote.origin.url')) return 'untold';
  return withScratch(git, { commit }, async (scratch) => {
    const fetch = async (wanted: string): Promise<boolean> => {
      const args = ['fetch', '--quiet', '--no-tags', WHOLE_HISTORY, '--filter=tree:0', 'origin', wanted];
      const result = await scratch.git.fetch(args, limits, { settings });
      if (result.ended === 'aborted' || result.ended === 'not-started') throw gitFailure(result);
      return result.exitCode === 0 && hasCommit(scratch.git, wanted);
    };
    if (!(await fetch(commit))) return 'untold';
    // An origin that is shallow itself has no whole history to tell.
    if (existsSync(join(scratch.folder, 'git', 'shallow'))) return 'untold';
    if ((await hasCommit(scratch.git, other)) && (await isAncestor(scratch.git, other, commit)))
      return 'descends';
    if (!(await fetch(other))) return 'unknown';
    return (await isAncestor(scratch.git, commit, other)) ? 'older' : 'elsewhere';
  });
}

async function settingsOfOrigin(git: GitProcesses): Promise<readonly ConfigSetting[]> {
  const result = await git.offline(['config', '--local', '--null', '--get-regexp', OF_ORIGIN]);
  if (result.exitCode > 1) throw gitFailure(result);
  return result.stdout
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map((entry): ConfigSetting => {
      const end = entry.indexOf('\n');
      // A key without a value means true.
      return end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    });
}
