import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

// npm speaks to the registry that this machine's npm is set up with.
const run = promisify(execFile);
/** The version this project's facts about the CLI were measured with. */
const version = '11.10.0';
const folder = path.join(__dirname, '..', '..', '.cache', 'heroku-cli');

/** The installed CLI's folder of executables. It is kept between runs: it has some 45,000 files. */
export async function installCli(say: (line: string) => void): Promise<string> {
  if ((await installedVersion()) !== version) {
    say(`Installing heroku@${version} into .cache/heroku-cli, which takes about a minute.`);
    await mkdir(folder, { recursive: true });
    const args = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', [...args, `heroku@${version}`], { cwd: folder, maxBuffer: 1 << 26 });
  }
  return path.join(folder, 'node_modules', '.bin');
}

/** That folder where the CLI is installed already. */
export async function installedCli(): Promise<string | undefined> {
  return (await installedVersion()) === version ? path.join(folder, 'node_modules', '.bin') : undefined;
}

async function installedVersion(): Promise<string | undefined> {
  const file = path.join(folder, 'node_modules', 'heroku', 'package.json');
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { version?: string }).version;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
