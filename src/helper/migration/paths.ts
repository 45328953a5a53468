import { appDirectory, migrationPaths, type Settings } from '../../parameters/index.ts';
import { short } from '../deployment/facts.ts';
import type { Git } from '../ports/git.ts';

/** What the files of two commits say: why nothing is pending, or why a migration is assumed. */
export type PathsSay = { readonly nothing: string } | { readonly pending: string };

/**
 * Compares the files of `migration-paths` between the deployed commit and the new one. What cannot be
 * compared is taken for changed, and so is a pattern that matches nothing at all: it may be misspelt.
 */
export async function comparePaths(
  {
    ports: { git },
    settings,
    has,
  }: {
    readonly ports: { readonly git: Pick<Git, 'changedFiles'> };
    readonly settings: Pick<Settings<'deploy'>, 'app-directory'>;
    readonly has: (commit: string) => Promise<boolean>;
  },
  paths: string,
  deployed: string | undefined,
  commit: string,
): Promise<PathsSay> {
  const assumed = 'so a migration is assumed to be pending.';
  if (deployed === undefined) return { pending: `Which commit is deployed is not known, ${assumed}` };
  if (!(await has(deployed))) {
    return { pending: `The deployed commit ${short(deployed)} is not in this clone, ${assumed}` };
  }
  const directory = appDirectory(settings['app-directory']);
  // What stands for other characters in a pattern stands for itself in the name of a folder.
  const below = directory === '' ? '' : `${directory.replace(/[*?[\\]/g, '\\$&')}/`;
  for (const given of migrationPaths(paths)) {
    const pattern = `${below}${given}`;
    const [changed] = await git.changedFiles(deployed, commit, pattern);
    if (changed !== undefined) {
      return { pending: `${changed} differs between ${short(deployed)} and ${short(commit)}, ${assumed}` };
    }
    if ((await git.changedFiles(undefined, commit, pattern)).length === 0) {
      return { pending: `No file of ${short(commit)} matches ${JSON.stringify(pattern)}, ${assumed}` };
    }
  }
  return {
    nothing: `no file of \`migration-paths\` differs between ${short(deployed)} and ${short(commit)}.`,
  };
}
