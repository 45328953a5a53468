import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The demo's repository. */
export interface DemoRepository {
  readonly directory: string;
  /** Commits everything; gives the commit. */
  commit(message: string): Promise<string>;
}

/** Makes a folder that is an empty git repository. The user's own git configuration has no part in it. */
export async function createDemoRepository(directory: string): Promise<DemoRepository> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await execute('git', args, {
      cwd: directory,
      env: {
        PATH: process.env['PATH'],
        HOME: directory,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Demo',
        GIT_AUTHOR_EMAIL: 'demo@example.com',
        GIT_COMMITTER_NAME: 'Demo',
        GIT_COMMITTER_EMAIL: 'demo@example.com',
      },
    });
    return stdout.trim();
  };
  await mkdir(directory);
  await git('init', '--quiet', '--initial-branch=main');
  return {
    directory,
    async commit(message) {
      await git('add', '--all');
      await git('commit', '--quiet', '-m', message);
      return git('rev-parse', 'HEAD');
    },
  };
}
