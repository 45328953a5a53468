import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gitEnvironment } from '../git/environment.ts';
import { SlugError } from './slug-error.ts';

const run = promisify(execFile);

/**
 * Writes a commit's tree into an empty directory. A checkout rather than `git archive`, which would leave out
 * what `export-ignore` names. `environment` lets git read objects that a push has not been accepted with yet.
 * @throws SlugError when the repository does not hold the commit.
 */
export async function checkOut(source: {
  repository: string;
  commit: string;
  directory: string;
  environment?: Readonly<Record<string, string>>;
}): Promise<void> {
  const { repository, commit, directory, environment } = source;
  // An index of its own: the bare repository has none, and two pushes may be built at once.
  const index = `${directory}.index`;
  const args = [`--git-dir=${repository}`, `--work-tree=${directory}`, 'read-tree', '--reset', '-u'];
  try {
    await run('git', [...args, `${commit}^{tree}`], {
      cwd: directory,
      env: { ...gitEnvironment(), ...environment, GIT_INDEX_FILE: index },
    });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new SlugError(`Commit ${commit} could not be checked out: ${stderr.trim() || String(error)}`);
  } finally {
    await rm(index, { force: true });
  }
}
