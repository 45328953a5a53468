import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { LineSplitter } from '../processes/line-splitter.ts';
import { signalGroup, trackGroup, untrackGroup } from '../processes/process-group.ts';

/** What stands in for a buildpack. */
export interface BuildCommand {
  /** For bash, in the slug's folder. */
  readonly command: string;
  readonly directory: string;
  readonly configVars: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs it with the config vars, as a buildpack has them (Dev Center: Buildpack API), and with the HOME and the search
 * path of this machine: what is installed and cached here is there. A slug that it fails to build is removed.
 * @throws Error when it ends with another status than 0, or the signal ends it.
 */
export async function runBuildCommand(build: BuildCommand): Promise<void> {
  try {
    const status = await statusOf(build);
    build.signal.throwIfAborted();
    if (status !== 0) throw new Error(`The build command ended with ${status}: ${build.command}`);
  } catch (error) {
    await rm(build.directory, { recursive: true, force: true });
    throw error;
  }
}

function statusOf({
  command,
  directory,
  configVars,
  onLine,
  signal,
}: BuildCommand): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const { PATH, HOME, LANG = 'C.UTF-8' } = process.env;
    const child = spawn('bash', ['--norc', '--noprofile', '-c', command], {
      cwd: directory,
      env: { PATH, HOME, LANG, ...configVars },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { pid } = child;
    if (pid !== undefined) trackGroup(pid);
    const end = (): void => void (pid !== undefined && signalGroup(pid, 'SIGKILL'));
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    for (const stream of [child.stdout, child.stderr]) {
      const lines = new LineSplitter(onLine);
      stream.on('data', (chunk: Buffer) => lines.push(chunk));
      stream.once('end', () => lines.end());
    }
    const over = (): void => {
      signal.removeEventListener('abort', end);
      // Nothing that it has left in the background outlives the build.
      end();
      if (pid !== undefined) untrackGroup(pid);
    };
    child.once('error', (error) => {
      over();
      reject(error);
    });
    child.once('exit', (status, endedBy) => {
      over();
      // The last lines may still be on their way.
      child.once('close', () => resolve(status ?? String(endedBy)));
    });
  });
}
