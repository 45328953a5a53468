import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { groupIsAlive } from '../../../src/simulator/processes/process-group.ts';

const root = resolve(__dirname, '../../..');

/** Starts a Postgres in another process, which then ends as the code says, and gives what it was. */
async function serverOfProcess(ending: string): Promise<{ pid: number; folder: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'postgres-guardian-'));
  const script = join(directory, 'starts.ts');
  await writeFile(
    script,
    `import { startPostgres } from ${JSON.stringify(join(root, 'src/simulator/postgres/index.ts'))};
     void startPostgres().then(({ pid, folder }) => {
       process.stdout.write(JSON.stringify({ pid, folder }), () => { ${ending} });
     });`,
  );
  const tsx = join(root, 'node_modules/tsx/dist/loader.mjs');
  const child = spawn(process.execPath, ['--import', `file://${tsx}`, script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((settle) => child.once('close', settle));
  await rm(directory, { recursive: true });
  return JSON.parse(output) as { pid: number; folder: string };
}

it.each([
  ['exits', 'process.exit(3)'],
  ['throws', 'throw new Error("a bug")'],
  ['is killed', 'process.kill(process.pid, "SIGKILL")'],
])('Postgres and its folder are gone soon after a process that %s', async (_how, ending) => {
  const { pid, folder } = await serverOfProcess(ending);
  expect(pid).toBeGreaterThan(0);
  // No event tells of another process's child.
  while (groupIsAlive(pid) || existsSync(folder)) await delay(20);
});
