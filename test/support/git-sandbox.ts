import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The git that shims hand over to. */
export const realGit = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

/** One git process as {@link GitSandbox.recordingShim} saw it. */
export interface RecordedGit {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A temporary folder with an empty home, in which tests make repositories and run git undisturbed. */
export class GitSandbox {
  private constructor(readonly folder: string) {}

  static async create(): Promise<GitSandbox> {
    const sandbox = new GitSandbox(await realpath(await mkdtemp(join(tmpdir(), 'git-sandbox-'))));
    await mkdir(sandbox.home);
    return sandbox;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  get home(): string {
    return join(this.folder, 'home');
  }

  /** What a job's environment is made of. */
  get environment(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: this.home, GIT_CONFIG_NOSYSTEM: '1', TMPDIR: tmpdir() };
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Runs git outside of the code under test and gives what it wrote, without the last line end. */
  async git(directory: string, ...args: string[]): Promise<string> {
    const { stdout } = await run('git', args, {
      cwd: directory,
      env: {
        ...this.environment,
        GIT_AUTHOR_NAME: 'A U Thor',
        GIT_AUTHOR_EMAIL: 'author@example.com',
        GIT_COMMITTER_NAME: 'A U Thor',
        GIT_COMMITTER_EMAIL: 'author@example.com',
        GIT_ALLOW_PROTOCOL: 'file:http:https',
      },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.replace(/\n$/, '');
  }

  /** Makes an empty repository on the branch `main`, which gives any object to those who fetch from it. */
  async repository(name: string): Promise<string> {
    const directory = this.path(name);
    await this.git(this.folder, 'init', '--quiet', '--initial-branch=main', directory);
    await this.git(directory, 'config', 'uploadpack.allowFilter', 'true');
    await this.git(directory, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    return directory;
  }

  /** Writes the files, commits them and gives the commit's id. */
  async commit(
    directory: string,
    files: Readonly<Record<string, string>>,
    message = 'change',
  ): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
    }
    await this.git(directory, 'add', '--all');
    await this.git(directory, 'commit', '--quiet', '--allow-empty', '--message', message);
    return this.git(directory, 'rev-parse', 'HEAD');
  }

  /** A repository with three commits; `ids[2]` is the newest. */
  async history(name: string): Promise<{ directory: string; ids: readonly [string, string, string] }> {
    const directory = await this.repository(name);
    const first = await this.commit(directory, { 'app.txt': '1\n', Procfile: 'web: one\n' });
    const second = await this.commit(directory, { 'app.txt': '2\n', 'lib/two.txt': 'two\n' });
    const third = await this.commit(directory, { 'app.txt': '3\n' });
    return { directory, ids: [first, second, third] };
  }

  /** Writes an executable shell script and gives its path. */
  async script(name: string, body: string): Promise<string> {
    const file = this.path(name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\n${body}\n`);
    await chmod(file, 0o755);
    return file;
  }

  /** A git that notes its arguments and environment, and then does what git does. */
  async recordingShim(): Promise<{ binary: string; records: () => Promise<RecordedGit[]> }> {
    const folder = this.path('records');
    await mkdir(folder, { recursive: true });
    const binary = await this.script(
      'recording/git',
      `for a in "$@"; do printf '%s\\0' "$a"; done > '${folder}'/$$.args\nenv -0 > '${folder}'/$$.env\nexec '${realGit}' "$@"`,
    );
    const records = async (): Promise<RecordedGit[]> => {
      const files = (await readdir(folder)).filter((file) => file.endsWith('.args'));
      return Promise.all(
        files.map(async (file) => ({
          args: (await readFile(join(folder, file), 'utf8')).split('\0').slice(0, -1),
          environment: Object.fromEntries(
            (await readFile(join(folder, file.replace('.args', '.env')), 'utf8'))
              .split('\0')
              .filter(Boolean)
              .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
          ),
        })),
      );
    };
    return { binary, records };
  }
}

/** Command lines of the processes that run now and have the text among their arguments. */
export function processesWith(text: string): string[] {
  return commandLines().filter((line) => line.includes(text));
}

function commandLines(): string[] {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  } catch {
    // No procfs, as on macOS.
    return execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' }).split('\n');
  }
  return pids.flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}
