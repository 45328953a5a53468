import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Debian's folder of server programs is not in everybody's PATH. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin`;

export const CACHE_USER = 'mc-user-5f21';
export const CACHE_PASSWORD = 'c0ffee-Passw0rd/of+the=cache';

/** A real memcached with SASL on loopback. */
export interface Memcached {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Ends it as a power failure would; its port answers nobody from then on. */
  stop(): Promise<void>;
}

/** Starts memcached servers that know one user, on free ports. */
export async function startMemcached(count = 1): Promise<readonly Memcached[]> {
  const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-memcached-'));
  const database = join(folder, 'sasldb2');
  // The folder, because cyrus-sasl puts the program's own name behind it.
  const lines = [
    'mech_list: plain',
    'pwcheck_method: auxprop',
    'auxprop_plugin: sasldb',
    `sasldb_path: ${database}`,
  ];
  await mkdir(join(folder, 'sasl'));
  await writeFile(join(folder, 'sasl', 'memcached.conf'), `${lines.join('\n')}\n`);
  const made = spawnSync(
    'saslpasswd2',
    ['-p', '-c', '-a', 'memcached', '-u', hostname(), '-f', database, CACHE_USER],
    { env: { ...process.env, PATH }, input: CACHE_PASSWORD, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`saslpasswd2: ${made.error?.message ?? made.stderr}`);
  await chmod(database, 0o644);
  let left = count;
  const done = async (): Promise<void> => {
    if ((left -= 1) === 0) await rm(folder, { recursive: true, force: true });
  };
  return Promise.all(Array.from({ length: count }, (_, index) => startOne(folder, index, done)));
}

async function startOne(folder: string, index: number, done: () => Promise<void>): Promise<Memcached> {
  const ports = join(folder, `ports-${index}`);
  // It refuses root unless told to be somebody; root itself can read the folder.
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const child = spawn(
    'memcached',
    ['-S', '-l', '127.0.0.1', '-p', '-1', '-U', '0', '-m', '16', '-t', '1', ...user],
    {
      env: { PATH, SASL_CONF_PATH: join(folder, 'sasl'), MEMCACHED_PORT_FILENAME: ports },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const failed = once(child, 'error').then(([error]) => (complaint += String(error)));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await done();
    }
  };
  for (const end = Date.now() + 20_000; ; await delay(10)) {
    const port = /TCP INET: (\d+)/.exec(await readFile(ports, 'utf8').catch(() => ''))?.[1];
    if (port !== undefined) return { address: `127.0.0.1:${port}`, stop };
    if (child.exitCode !== null || child.pid === undefined || Date.now() > end) {
      await Promise.race([failed, delay(50)]);
      await stop();
      throw new Error(`memcached did not start: ${complaint}`);
    }
  }
}

/**
 * A client of its own for tests, past the helper's: logs in and answers whether a key is there; `set` puts it there.
 * Speaks the binary protocol (memcached: BinaryProtocolRevamped).
 */
export async function cacheHas(address: string, key: string, set = false): Promise<boolean> {
  const [host = '', port] = address.split(':');
  const socket = connect(Number(port), host);
  try {
    let buffered = Buffer.alloc(0);
    const wake = (): Promise<unknown> =>
      once(socket, 'data').then(([chunk]) => (buffered = Buffer.concat([buffered, chunk as Buffer])));
    const ask = async (packet: Buffer): Promise<number> => {
      socket.write(packet);
      while (buffered.length < 24 || buffered.length < 24 + buffered.readUInt32BE(8)) await wake();
      const status = buffered.readUInt16BE(6);
      buffered = buffered.subarray(24 + buffered.readUInt32BE(8));
      return status;
    };
    const login = await ask(request(0x21, 'PLAIN', `\0${CACHE_USER}\0${CACHE_PASSWORD}`));
    if (login !== 0) throw new Error(`The test could not log in to memcached: status ${login}.`);
    if (set && (await ask(request(0x01, key, 'kept', Buffer.alloc(8)))) !== 0)
      throw new Error('Nothing was kept.');
    return (await ask(request(0x00, key))) === 0;
  } finally {
    socket.destroy();
  }
}

/** Puts a key into every cache, for {@link cacheHas} to look for afterwards. */
export async function fillCaches(addresses: readonly string[]): Promise<void> {
  for (const address of addresses) expect(await cacheHas(address, 'kept', true)).toBe(true);
}

function request(opcode: number, key = '', value = '', extras = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt8(0x80, 0);
  header.writeUInt8(opcode, 1);
  header.writeUInt16BE(key.length, 2);
  header.writeUInt8(extras.length, 4);
  header.writeUInt32BE(extras.length + key.length + value.length, 8);
  return Buffer.concat([header, extras, Buffer.from(key), Buffer.from(value)]);
}
