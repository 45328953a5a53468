import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A git repository of a small app, with real commits. */
export interface Repository {
  readonly directory: string;
  git(...args: string[]): Promise<string>;
  /** Writes files and commits them; gives the commit. */
  commit(files: Readonly<Record<string, string>>, message?: string): Promise<string>;
}

/** The web process answers with the greeting; the worker only lives, and costs next to nothing. */
export const APP_FILES: Readonly<Record<string, string>> = {
  Procfile: 'web: node web.js\nworker: exec sleep 86400\n',
  'web.js': `const greeting = require('node:fs').readFileSync(__dirname + '/greeting.txt', 'utf8');
require('node:http').createServer((q, a) => a.end(greeting)).listen(Number(process.env.PORT), '127.0.0.1');\n`,
  'greeting.txt': 'one',
};

/** What hosts of repositories allow, and a blobless clone needs; and no clearing up, which would be a process more. */
const CONFIG = `[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[maintenance]
	auto = false
`;

/** Makes the repository, without a commit, in a folder that exists. */
export async function createRepository(directory: string): Promise<Repository> {
  await mkdir(directory, { recursive: true });
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Dev',
    GIT_AUTHOR_EMAIL: 'dev@example.com',
    GIT_COMMITTER_NAME: 'Dev',
    GIT_COMMITTER_EMAIL: 'dev@example.com',
  };
  const git = async (...args: string[]): Promise<string> =>
    (await execute('git', args, { cwd: directory, env: environment })).stdout.trim();
  await git('init', '--quiet', '--initial-branch=main', '--template=');
  await appendFile(join(directory, '.git', 'config'), CONFIG);
  return {
    directory,
    git,
    async commit(files, message = 'Change') {
      for (const [name, text] of Object.entries(files)) {
        const file = join(directory, name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
        if (text.startsWith('#!')) await chmod(file, 0o755);
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
  };
}
