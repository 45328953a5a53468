import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, expandConfig, plainConfig, rehearseJob } from '../../src/rehearsal/index.ts';
import type {
  CompiledConfig,
  ExpandOptions,
  JobResult,
  RehearsalOptions,
} from '../../src/rehearsal/index.ts';

/** A loopback address that nothing needs to listen on: these jobs only have to be allowed to start. */
export const LOCAL_HOST = { HEROKU_HOST: 'http://127.0.0.1:5055' };

/** Compiled data whose shape a test knows. */
export type Loose = ReturnType<JSON['parse']>;

const folders: string[] = [];

/** A temporary folder, removed by `removeFolders`. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'rehearsal-test-')));
  folders.push(folder);
  return folder;
}

export async function removeFolders(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

export function git(folder: string, ...args: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const identity = [
    '-c',
    'user.name=Ada',
    '-c',
    'user.email=ada@example.com',
    '-c',
    'init.defaultBranch=main',
  ];
  return execFileSync('git', ['-C', folder, ...identity, ...args], {
    encoding: 'utf8',
    env,
    stdio: 'pipe',
  }).trim();
}

/** A repository with three commits on main, a branch `feature` from the first one, and the annotated tag v1. */
export async function sampleRepository(): Promise<{ path: string; commits: string[] }> {
  const path = await temporaryFolder();
  git(path, 'init', '--quiet', '--initial-branch=main');
  const commits: string[] = [];
  for (const text of ['one', 'two', 'three']) {
    await writeFile(join(path, 'file.txt'), `${text}\n`);
    git(path, 'add', '.');
    git(path, 'commit', '--quiet', '--message', text);
    commits.push(git(path, 'rev-parse', 'HEAD'));
  }
  git(path, 'branch', 'feature', commits[0] ?? '');
  git(path, 'tag', '--annotate', '--message', 'first', 'v1', commits[1] ?? '');
  return { path, commits };
}

/** Compiles a configuration text; `version: 2.1` is added. */
export function compile(text: string, options: ExpandOptions = {}): CompiledConfig {
  return expandConfig({ text: `version: 2.1\n${text}`, file: 'config.yml' }, options);
}

/** The compiled jobs as plain data, by name. */
export function jobsOf(text: string, options: ExpandOptions = {}): Record<string, Loose> {
  return JSON.parse(JSON.stringify(plainConfig(compile(text, options)).jobs)) as Record<string, Loose>;
}

/** The compiled steps of the job `build`. */
export function stepsOf(text: string, options: ExpandOptions = {}): Loose[] {
  const job: Loose = jobsOf(text, options).build;
  return job.steps as Loose[];
}

/** The error that a configuration is refused with. */
export function faultOf(work: () => unknown): ConfigError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** A job `build` with these steps (YAML, indented by four) and further keys (indented by two). */
export function buildJob(steps: string, keys = ''): string {
  const indent = (text: string, by: number): string =>
    text
      .trim()
      .split('\n')
      .map((line) => ' '.repeat(by) + line)
      .join('\n');
  return [
    'version: 2.1',
    'jobs:',
    '  build:',
    '    docker: [{image: cimg/base:current}]',
    ...(keys === '' ? [] : [indent(keys, 4)]),
    '    steps:',
    indent(steps, 6),
    '',
  ].join('\n');
}

/** Runs the job `build` that has these steps. */
export async function runSteps(
  steps: string,
  options: Partial<RehearsalOptions> & { keys?: string } = {},
): Promise<JobResult> {
  const { keys, ...rest } = options;
  return rehearseJob({
    config: { text: buildJob(steps, keys), file: 'config.yml' },
    job: 'build',
    ...rest,
    builtIns: { ...LOCAL_HOST, ...rest.builtIns },
  });
}

/** True while a process runs; one that ended but was not yet fetched by its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    // ESRCH: there is no such process.
    return false;
  }
  const file = `/proc/${String(pid)}/stat`;
  return !existsSync(file) || !/\) Z /.test(readFileSync(file, 'latin1'));
}

/** A promise that resolves with everything written so far, once it matches. */
export class Heard {
  private text = '';
  private waiting: { pattern: RegExp; resolve: (text: string) => void }[] = [];

  readonly write = (text: string): void => {
    this.text += text;
    for (const { pattern, resolve } of this.waiting.filter((one) => one.pattern.test(this.text))) {
      resolve(this.text);
      this.waiting = this.waiting.filter((one) => one.pattern !== pattern);
    }
  };

  get all(): string {
    return this.text;
  }

  async until(pattern: RegExp): Promise<string> {
    if (pattern.test(this.text)) return this.text;
    return new Promise((resolve) => {
      this.waiting.push({ pattern, resolve });
    });
  }
}
