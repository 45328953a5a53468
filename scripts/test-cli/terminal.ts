import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell of its own for the CLI: a private HOME, the local Heroku's variables, and a git work tree. */
export class Terminal {
  private constructor(
    private readonly home: string,
    private readonly environment: Readonly<Record<string, string>>,
    /** What tells the CLI's commands and flags. */
    readonly manifest: string,
    /** Every command of the CLI that was run, such as `ps:scale`, in any shell of this place. */
    readonly commands: Set<string> = new Set(),
  ) {}

  static async open(cli: string, variables: Readonly<Record<string, string>>): Promise<Terminal> {
    const home = await mkdtemp(path.join(tmpdir(), 'heroku-cd-test-cli-'));
    await mkdir(path.join(home, 'work'));
    const environment = {
      // Only what is needed: proxies, tokens and telemetry switches of whoever runs this stay out.
      PATH: [cli, path.dirname(process.execPath), process.env.PATH ?? ''].join(path.delimiter),
      HOME: home,
      TERM: 'dumb',
      NO_COLOR: '1',
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      ...variables,
    };
    const terminal = new Terminal(home, environment, path.join(cli, '..', 'heroku', 'oclif.manifest.json'));
    for (const args of [
      ['init', '-q', '-b', 'main'],
      ['config', 'user.name', 'Developer'],
      ['config', 'user.email', 'developer@example.com'],
    ]) {
      await terminal.git(...args);
    }
    return terminal;
  }

  /** The API key that the CLI uses. */
  get key(): string {
    return this.environment.HEROKU_API_KEY ?? '';
  }

  /** The same place with other variables. */
  with(variables: Readonly<Record<string, string>>): Terminal {
    return new Terminal(this.home, { ...this.environment, ...variables }, this.manifest, this.commands);
  }

  heroku(...args: string[]): Promise<CommandResult> {
    if (!args.includes('--help')) this.commands.add(args[0] ?? '');
    return this.run('heroku', args);
  }

  /** Runs the CLI until it has printed the text, and ends it then: for commands that follow something. */
  herokuUntil(text: string, ...args: string[]): Promise<CommandResult> {
    this.commands.add(args[0] ?? '');
    return new Promise((resolve, reject) => {
      const child = spawn('heroku', args, {
        cwd: path.join(this.home, 'work'),
        env: { ...this.environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        stdout += part;
        if (stdout.includes(text)) child.kill();
      });
      child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 0, stdout, stderr }));
    });
  }

  git(...args: string[]): Promise<CommandResult> {
    return this.run('git', args);
  }

  /** Writes files, commits them, and returns the commit's id. */
  async commit(files: Readonly<Record<string, string>>): Promise<string> {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(path.join(this.home, 'work', name), content);
    }
    await this.git('add', '-A');
    await this.git('commit', '-q', '-m', 'A change');
    return (await this.git('rev-parse', 'HEAD')).stdout.trim();
  }

  async close(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }

  private run(file: string, args: readonly string[]): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const cwd = path.join(this.home, 'work');
      const options = { cwd, env: this.environment, maxBuffer: 1 << 26 };
      const child = execFile(file, [...args], options, (error, stdout, stderr) => {
        if (typeof error?.code === 'string') reject(new Error(error.message, { cause: error }));
        else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
      });
      child.stdin?.end();
    });
  }
}
