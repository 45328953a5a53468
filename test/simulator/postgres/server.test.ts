import { access, readdir, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres, type PostgresServer } from '../../../src/simulator/postgres/index.ts';
import { groupIsAlive } from '../../../src/simulator/processes/process-group.ts';
import { closeServer } from '../../../src/simulator/servers/listen.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.close());

async function session(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

describe('a database', () => {
  it('answers in JSON values', async () => {
    const { query } = await server.createDatabase('corner-shop');
    const [row] = await query(
      `SELECT count(*) AS many, 9007199254740993 AS too_many, now() AS at, true AS yes, '{"a": [1]}'::jsonb AS doc`,
    );
    expect(row).toEqual({
      many: 1,
      too_many: '9007199254740993',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      yes: true,
      doc: { a: [1] },
    });
  });

  it('takes values apart from the SQL, and answers with the last of several statements', async () => {
    const { query } = await server.createDatabase('values');
    expect(await query('SELECT $1::text AS said', [`'; DROP TABLE x; --`])).toEqual([
      { said: `'; DROP TABLE x; --` },
    ]);
    expect(await query('CREATE TABLE t (n int); INSERT INTO t VALUES (7); SELECT n FROM t')).toEqual([
      { n: 7 },
    ]);
    expect(await query('CREATE TABLE u (n int)')).toEqual([]);
  });

  it('reports what Postgres says', async () => {
    const { query } = await server.createDatabase('wrong');
    await expect(query('SELECT nothing')).rejects.toThrow('column "nothing" does not exist');
  });

  it('has an address like the ones of Heroku, whatever it is called', async () => {
    for (const label of ['corner-shop', "Straße 7'; --", '9', 'x'.repeat(200), '']) {
      const { url, name } = await server.createDatabase(label);
      expect(url).toMatch(/^postgres:\/\/[a-z][a-z0-9_]*:\w+@127\.0\.0\.1:\d+\/[a-z][a-z0-9_]*$/);
      const client = await session(url);
      const { rows } = await client.query('SELECT current_database() AS db, current_user AS role');
      expect(rows).toEqual([{ db: name, role: name }]);
      await client.end();
    }
  });

  it('is its own: two of one label differ, and nobody else gets in', async () => {
    const [one, two] = await Promise.all([server.createDatabase('same'), server.createDatabase('same')]);
    expect(one?.name).not.toBe(two?.name);
    const crossed = new URL(one.url);
    crossed.pathname = `/${two.name}`;
    await expect(session(crossed.href)).rejects.toThrow(/permission denied for database/);
    await expect(one.query("SELECT pg_read_file('/etc/hostname')")).rejects.toThrow(/permission denied/);
  });

  it('wants the password, over loopback and over the socket', async () => {
    const { url } = await server.createDatabase('locked');
    const wrong = new URL(url);
    wrong.password = 'guessed';
    await expect(session(wrong.href)).rejects.toThrow(/password authentication failed/);
    const { username, pathname } = wrong;
    const socket = { host: server.folder, port: server.port, user: username, database: pathname.slice(1) };
    await expect(new Client({ ...socket, password: 'guessed' }).connect()).rejects.toThrow(
      /password authentication failed/,
    );
  });

  it('speaks TLS with whoever asks for it, as apps on Heroku do, and plainly with others', async () => {
    const { url } = await server.createDatabase('secure');
    for (const ssl of [{ rejectUnauthorized: false }, false] as const) {
      const client = new Client({ connectionString: url, ssl });
      await client.connect();
      const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      await client.end();
      expect(rows).toEqual([{ ssl: ssl !== false }]);
    }
  });

  it('serves sessions side by side: one that holds a lock does not hold up the others', async () => {
    const { url, query } = await server.createDatabase('sessions');
    await query('CREATE TABLE jobs (id int); INSERT INTO jobs VALUES (1), (2)');
    const [first, second] = [await session(url), await session(url)];
    const take = 'SELECT id FROM jobs ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED';
    await first.query('BEGIN');
    await second.query('BEGIN');
    expect((await first.query(take)).rows).toEqual([{ id: 1 }]);
    expect((await second.query(take)).rows).toEqual([{ id: 2 }]);
    expect(await query('SELECT count(*) FROM jobs')).toEqual([{ count: 2 }]);
    await Promise.all([first.end(), second.end()]);
  });

  it('is dropped with its role, sessions notwithstanding', async () => {
    const database = await server.createDatabase('dropped');
    const client = await session(database.url);
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    await database.drop();
    await ended;
    await expect(database.query('SELECT 1')).rejects.toThrow(/password authentication failed/);
  });
});

describe('the server', () => {
  it('listens on loopback alone and runs as a user without rights', async () => {
    const database = await server.createDatabase('settings');
    expect(await database.query('SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const { uid, mode } = await stat(server.folder);
    expect(uid).toBe((await stat(`/proc/${server.pid}`)).uid);
    expect(uid).not.toBe(0);
    expect(mode & 0o077).toBe(0);
    expect(await readdir(server.folder)).not.toContain('password');
    expect(await readdir(server.folder)).toContain(`.s.PGSQL.${server.port}`);
  });

  it('leaves neither process nor folder, whatever its sessions are doing; closing twice does no harm', async () => {
    const other = await startPostgres();
    const { url, query } = await other.createDatabase('busy');
    const idle = await session(url);
    await idle.query('BEGIN');
    const failure = expect(query('SELECT pg_sleep(3600)')).rejects.toThrow(/terminat/);
    while ((await query("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")).length === 0);
    await Promise.all([other.close(), other.close()]);
    await failure;
    await other.close();
    expect(groupIsAlive(other.pid)).toBe(false);
    await expect(access(other.folder)).rejects.toThrow(/ENOENT/);
  });

  it('closes cleanly after it ended by itself', async () => {
    const other = await startPostgres();
    // An immediate shutdown: SIGKILL would leave its shared memory to the machine.
    process.kill(other.pid, 'SIGQUIT');
    await other.close();
    await expect(access(other.folder)).rejects.toThrow(/ENOENT/);
  });

  it('takes another port when the one it found is taken meanwhile', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port: second } = free.address() as AddressInfo;
    await closeServer(free);
    const ports = [port, second];
    const other = await startPostgres({ port: () => Promise.resolve(ports.shift() ?? 0) });
    try {
      expect(other.port).toBe(second);
    } finally {
      await other.close();
      await closeServer(taken);
    }
  });

  it('says what Postgres says when it cannot start', async () => {
    await expect(startPostgres({ port: () => Promise.resolve(99_999) })).rejects.toThrow(
      /outside the valid range/,
    );
  });

  it('leaves no folder where it could not start', async () => {
    const error: unknown = await startPostgres({ binaries: join(tmpdir(), 'no-such-folder') }).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).toMatch(/could not make its data folder in .*: .*no-such-folder.*initdb ENOENT/);
    const [folder = ''] = /\S*local-postgres-\w+/.exec(String(error)) ?? [];
    await expect(access(folder)).rejects.toThrow(/ENOENT/);
  });
});
