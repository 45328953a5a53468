import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../program.ts';

/** A repository with a history of any length. */
export interface BenchRepository {
  readonly directory: string;
  /** Changes a file and commits it; gives the commit. */
  commit(): Promise<string>;
}

/** One commit for each round, whoever asks for it first. */
export function commitOfRound(repository: BenchRepository): (round: number) => Promise<string> {
  const made = new Map<number, Promise<string>>();
  return (round) => {
    const commit = made.get(round) ?? repository.commit();
    made.set(round, commit);
    return commit;
  };
}

/** Of so many files each commit changes one. */
const FILES = 50;

/**
 * Makes a repository with so many commits. Its app has no web process: no dyno starts, and nothing but the
 * deployment is measured.
 */
export async function makeRepository(
  directory: string,
  commits: number,
  environment: NodeJS.ProcessEnv,
): Promise<BenchRepository> {
  await mkdir(directory, { recursive: true });
  const who = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com'];
  const git = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runProgram('git', [...who, ...args], {
      cwd: directory,
      environment,
    });
    if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout.trim();
  };
  await git('init', '--quiet', '--initial-branch=main');
  await fastImport(directory, history(commits), environment);
  await git('reset', '--quiet', '--hard', 'main');
  let changes = 0;
  return {
    directory,
    async commit() {
      changes += 1;
      await writeFile(join(directory, 'change.txt'), `change ${changes}\n`);
      await git('add', '--all');
      await git('commit', '--quiet', '--message', `Change ${changes}`);
      return git('rev-parse', 'HEAD');
    },
  };
}

/** A history in the language of `git fast-import`. */
function history(commits: number): string {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const file = (path: string, text: string): string => `M 100644 inline ${path}\n${data(text)}`;
  const all = Array.from({ length: commits }, (_, index) => {
    const who = `committer Bench <bench@example.com> ${1_700_000_000 + index * 60} +0000`;
    const text = Array.from({ length: 40 }, (_each, line) => `line ${line} of change ${index}`).join('\n');
    const files = [file(`lib/file-${index % FILES}.txt`, text)];
    if (index === 0) files.push(file('Procfile', 'worker: sleep 3600\n'));
    return `commit refs/heads/main\n${who}\n${data(`Commit ${index + 1}`)}${files.join('')}\n`;
  });
  return `${all.join('')}done\n`;
}

function fastImport(cwd: string, stream: string, environment: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['fast-import', '--quiet', '--done'], {
      cwd,
      env: environment,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    child.once('error', reject);
    // Where git ends early, its exit code says more than the broken pipe.
    child.stdin.on('error', () => undefined);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`git fast-import ended with ${code}.`)),
    );
    child.stdin.end(stream);
  });
}
