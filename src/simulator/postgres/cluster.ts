import { spawn, type ChildProcess } from 'node:child_process';
import { chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { createCertificates } from '../certificates/index.ts';
import type { Guardian } from './guardian.ts';
import type { Place } from './place.ts';
import { spawnOptions } from './place.ts';

const keptLogLines = 30;

/** The role that may do everything; its name is nobody else's business. */
export const superuser = 'local_heroku';

/** Durability is for data that someone wants back: these live as long as the server. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  shared_buffers: '32MB',
  // In the data folder, so that nothing stays in /dev/shm.
  dynamic_shared_memory_type: 'mmap',
  // As Heroku Postgres: clients may ask for TLS, and its certificate is its own (Dev Center: Heroku Postgres, SSL).
  ssl: 'on',
  ssl_cert_file: '../server.crt',
  ssl_key_file: '../server.key',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * Makes the data folder: UTF-8, and no session without the password.
 * @throws Error with what initdb says.
 */
export async function initialize(place: Place, guardian: Guardian, password: string): Promise<void> {
  const passwordFile = await write(place, 'password', password);
  const { certificate, privateKey } = await createCertificates('heroku-cd local Postgres CA');
  await write(place, 'server.crt', certificate);
  await write(place, 'server.key', privateKey);
  const args = [
    `--pgdata=${place.data}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
  ];
  const said = await runInitdb(place, guardian, args);
  if (said !== undefined) {
    throw new Error(
      `Postgres could not make its data folder in ${place.folder}: ${said}. ` +
        'Its user needs the right to enter that folder: TMPDIR names where it is made.',
    );
  }
  await rm(passwordFile);
}

/** Writes a file that the server's user alone can read; returns its path. */
async function write({ folder, owner: { uid, gid } }: Place, name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content, { mode: 0o600 });
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid);
  return file;
}

/** Gives what went wrong; undefined when all went well. */
async function runInitdb(place: Place, guardian: Guardian, args: string[]): Promise<string | undefined> {
  const child = spawn(join(place.binaries, 'initdb'), args, {
    ...spawnOptions(place),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  guardian.setMaker(child.pid);
  const said = text(child.stderr);
  const ended = new Promise<Error | number | string | null>((resolve) => {
    child.once('error', resolve);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const end = await ended;
  guardian.setMaker(undefined);
  if (end === 0) return undefined;
  if (end instanceof Error) return end.message;
  return (await said).trim() || `initdb ended (${end})`;
}

/** The port was free when it was chosen, and then was not. */
export class PortTaken extends Error {}

/**
 * Starts the server and resolves when it takes connections.
 * @throws PortTaken, or Error with the last lines of its log.
 */
export async function launch(place: Place, port: number): Promise<ChildProcess> {
  const child = spawn(
    join(place.binaries, 'postgres'),
    [
      ...['-D', place.data, '-h', '127.0.0.1', '-p', String(port), '-k', place.folder],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...spawnOptions(place), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const log: string[] = [];
  // Read to the end of its life: a full pipe would stop the server.
  const lines = createInterface({ input: child.stderr });
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      log.push(line);
      if (log.length > keptLogLines) log.shift();
      if (line.includes('database system is ready to accept connections')) resolve(child);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const text = log.join('\n');
      reject(
        text.includes('Address already in use')
          ? new PortTaken(`Port ${port} of 127.0.0.1 is in use.`)
          : new Error(`Postgres ended (${signal ?? code}) before it was ready:\n${text}`),
      );
    });
  });
}
