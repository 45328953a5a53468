import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit code. The signal kills it and all that it started. */
export function run(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<CommandResult> {
  const { signal, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...rest, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
    }
    const kill = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
    signal?.addEventListener('abort', kill, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', kill);
      resolve({ code, ...output });
    });
  });
}

/** A git repository in a temporary folder, with a HOME of its own. */
export class Workspace {
  private constructor(readonly directory: string) {}

  static async create(files: Readonly<Record<string, string>> = {}): Promise<Workspace> {
    const workspace = new Workspace(await mkdtemp(join(tmpdir(), 'heroku-cd-workspace-')));
    await workspace.git(['init', '-q', '-b', 'main']);
    await workspace.write(files);
    return workspace;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const file = join(this.directory, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  }

  /** Commits everything and returns the commit's id. */
  async commit(message = 'A change'): Promise<string> {
    await this.git(['add', '-A']);
    await this.git(['commit', '-q', '--allow-empty', '-m', message]);
    return (await this.git(['rev-parse', 'HEAD'])).stdout.trim();
  }

  async git(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<CommandResult> {
    const identity = ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com'];
    return run('git', ['-C', this.directory, ...identity, ...args], {
      env: {
        PATH: process.env['PATH'],
        HOME: this.directory,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        LC_ALL: 'C',
        ...env,
      },
      ...(signal ? { signal } : {}),
    });
  }

  /** HEAD as a .tar.gz. */
  async tarball(): Promise<Buffer<ArrayBuffer>> {
    const file = join(this.directory, '.git', 'head.tgz');
    await this.git(['archive', '--format=tar.gz', `--output=${file}`, 'HEAD']);
    return readFile(file);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A web server that answers with its dyno's name and `VERSION`. */
export const webServer = `require('node:http')
  .createServer((request, response) => response.end(process.env.DYNO + ' ' + (process.env.VERSION ?? '')))
  .listen(process.env.PORT);
`;

/** An app with a web and a worker process, and a release command where one is given. */
export function appFiles(releaseCommand?: string): Record<string, string> {
  return {
    Procfile: [
      'web: node server.js',
      'worker: exec sleep 3600',
      ...(releaseCommand === undefined ? [] : [`release: ${releaseCommand}`]),
      '',
    ].join('\n'),
    'server.js': webServer,
  };
}
