import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { groupIsAlive } from '../../../src/simulator/processes/process-group.ts';

const root = resolve(__dirname, '../../..');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postgres-guardian-'));
  // As the temporary folder it becomes: the server's user must get in.
  await chmod(directory, 0o1777);
});
afterEach(() => rm(directory, { recursive: true }));

/** Runs code in a process whose temporary folder is the test's, and gives what it wrote. */
async function runProcess(code: string): Promise<string> {
  const script = join(directory, 'starts.ts');
  const module = join(root, 'src/simulator/postgres/index.ts');
  await writeFile(script, `import { startPostgres } from ${JSON.stringify(module)};\n${code}`);
  const tsx = join(root, 'node_modules/tsx/dist/loader.mjs');
  const child = spawn(process.execPath, ['--import', `file://${tsx}`, script], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((settle) => child.once('close', settle));
  return output;
}

async function folders(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith('local-postgres-'));
}

/** Whether some process has the text in its command line. */
async function isNamedByProcess(text: string): Promise<boolean> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // A process may end between the two readings.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(text)) return true;
  }
  return false;
}

it.each([
  ['exits', 'process.exit(3)'],
  ['throws', 'throw new Error("a bug")'],
  ['is killed', 'process.kill(process.pid, "SIGKILL")'],
])('Postgres and its folder are gone soon after a process that %s', async (_how, ending) => {
  const pid = Number(
    await runProcess(
      `void startPostgres().then(({ pid }) => process.stdout.write(String(pid), () => { ${ending} }));`,
    ),
  );
  expect(pid).toBeGreaterThan(0);
  // No event tells of another process's child.
  while (groupIsAlive(pid) || (await folders()).length > 0) await delay(20);
});

it('nothing is left of a data folder whose making was cut short', async () => {
  const output = await runProcess(
    `import { existsSync, readdirSync } from 'node:fs';
     void startPostgres().then(() => process.stdout.write('started'));
     setInterval(() => {
       const made = readdirSync('.').some((name) => existsSync(name + '/data/base'));
       if (made) process.stdout.write('cut', () => process.kill(process.pid, 'SIGKILL'));
     }, 5);
     process.chdir(${JSON.stringify(directory)});`,
  );
  expect(output).toMatch(/^(cut)+$/);
  // initdb that lived on would make the folder anew.
  while (await isNamedByProcess(directory)) await delay(20);
  expect(await folders()).toEqual([]);
});
