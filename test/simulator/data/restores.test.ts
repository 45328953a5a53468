import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { withSession } from '../../../src/simulator/postgres/session.ts';
import { DataWorld } from './support/data-world.ts';

let world: DataWorld;
/** A backup of 500 orders, the address that it is restored from, and the database's text then. */
let address: string;
let before: string;
beforeAll(async () => {
  world = await DataWorld.start([{ name: 'staging', postgres: true }]);
  await world.query(`CREATE TABLE orders (id int PRIMARY KEY, note text);
    INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 500) n;
    CREATE INDEX notes ON orders (note)`);
  address = (await world.backUp()).to_url;
  before = await world.control.dump('shop');
});
afterAll(() => world.close());
afterEach(async () => {
  await world.control.changeSettings('shop', { restoreMs: 0, restoreResult: 'succeed' });
});

const count = async (table = 'orders') => (await world.query(`SELECT count(*) AS n FROM ${table}`))[0]?.['n'];

describe('a restore', () => {
  it('puts back what the dump has', async () => {
    await world.query('ALTER TABLE orders DROP COLUMN note; DELETE FROM orders WHERE id > 100');
    const begun = await world.database('POST', '/restores', { backup_url: address });
    expect(begun.body).toMatchObject({
      ...{ from_name: 'BACKUP', from_type: 'gof3r', from_url: address },
      ...{ to_name: 'DATABASE', to_type: 'pg_restore', to_url: world.url },
    });
    const ended = await world.ended(begun);
    expect(ended).toMatchObject({ succeeded: true, warnings: 0 });
    expect(ended.processed_bytes).toBeGreaterThan(1_000);
    expect(await world.control.dump('shop')).toBe(before);
    const { transfers } = await world.control.app('shop');
    expect(transfers.map(({ name }) => name)).toEqual(['b001', 'r002']);
  });

  it('leaves what the dump does not know: tables that a migration has made stay', async () => {
    await world.query('CREATE TABLE newer (n int)');
    expect(await world.restore(address)).toMatchObject({ succeeded: true });
    expect(await count('newer')).toBe(0);
    await world.query('DROP TABLE newer');
    expect(await world.control.dump('shop')).toBe(before);
  });

  it('is finished with warnings where Postgres refuses a statement', async () => {
    await world.query('CREATE VIEW newer AS SELECT id FROM orders');
    const { succeeded, warnings, logs } = await world.restore(address);
    expect(succeeded).toBe(true);
    expect(warnings).toBeGreaterThan(0);
    expect(logs.map(({ message }: { message: string }) => message).join('\n')).toContain(
      'cannot drop table public.orders because other objects depend on it',
    );
    await world.query('DROP VIEW newer; DROP TABLE orders');
    expect(await world.restore(address)).toMatchObject({ succeeded: true, warnings: 0 });
  });

  it('waits for as long as another session holds a lock, and goes on when sessions are ended', async () => {
    await withSession(world.url, async (run) => {
      await run('BEGIN; SELECT count(*) FROM orders');
      const begun = await world.database('POST', '/restores', { backup_url: address });
      await world.session("application_name = 'pg_restore' AND wait_event_type = 'Lock'");
      expect((await world.transfers('GET', `/${begun.body.uuid}`)).body.finished_at).toBeNull();
      await world.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state LIKE 'idle in%'");
      expect(await world.ended(begun)).toMatchObject({ succeeded: true });
      await expect(run('SELECT 1')).rejects.toThrow();
    });
    expect(await world.control.dump('shop')).toBe(before);
  });

  it('can be cancelled while it waits: nothing of it goes on', async () => {
    await withSession(world.url, async (run) => {
      await run('BEGIN; SELECT count(*) FROM orders');
      const { body } = await world.database('POST', '/restores', { backup_url: address });
      await world.session("application_name = 'pg_restore' AND wait_event_type = 'Lock'");
      await world.control.act('shop', { action: 'cancel-transfer' });
      const { transfers } = await world.control.app('shop');
      expect(transfers.find(({ uuid }) => uuid === body.uuid)?.state).toBe('canceled');
      // The server itself notices when the lock is free that nobody is there any more.
    });
    await world.query('SELECT count(*) FROM orders');
  });

  it('that is to fail leaves the tables, and no data', async () => {
    await world.control.changeSettings('shop', { restoreResult: 'fail' });
    const { succeeded, logs } = await world.restore(address);
    expect(succeeded).toBe(false);
    expect(logs.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining('restore failed') });
    expect(await count()).toBe(0);
    await world.control.changeSettings('shop', { restoreResult: 'succeed' });
    await world.restore(address);
    expect(await count()).toBe(500);
  });

  it('fails when its session is ended', async () => {
    await withSession(world.url, async (run) => {
      await run('BEGIN; SELECT count(*) FROM orders');
      const begun = await world.database('POST', '/restores', { backup_url: address });
      await world.session("application_name = 'pg_restore' AND wait_event_type = 'Lock'");
      expect((await world.database('POST', '/connection_reset')).status).toBe(200);
      expect((await world.ended(begun)).succeeded).toBe(false);
    });
    expect(await count()).toBe(500);
  });

  it('reads a public address, and one of another place', async () => {
    const { body: signed } = await world.transfers('POST', '/1/actions/public-url');
    expect(await world.restore(signed.url)).toMatchObject({ succeeded: true });
    const dump = Buffer.from(await (await fetch(signed.url)).arrayBuffer());
    const elsewhere = createServer((request, response) => {
      response.writeHead(request.url === '/dump' ? 200 : 404).end(request.url === '/dump' ? dump : '');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const base = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    expect(await world.restore(`${base}/dump`)).toMatchObject({ succeeded: true });
    const missing = await world.restore(`${base}/other`);
    expect(missing).toMatchObject({ succeeded: false });
    expect(missing.logs.at(-1).message).toBe('The backup could not be read: 404.');
    elsewhere.close();
  });

  it.each([
    ['no address', () => 'nothing'],
    ['an address without its token', () => address.replace(/token=.*/, 'token=wrong')],
    ['an address of nothing', () => address.replace(/[\w-]{36}/, '00000000-0000-0000-0000-000000000000')],
  ])('of %s fails, and changes nothing', async (_what, url) => {
    expect(await world.restore(url())).toMatchObject({ succeeded: false, warnings: 0 });
    expect(await count()).toBe(500);
  });

  it('without an address is refused', async () => {
    expect(await world.database('POST', '/restores', {})).toMatchObject({ status: 422 });
  });

  it("goes into another app's database too, whoever owns the tables there", async () => {
    const { addOns } = await world.control.app('staging');
    const path = `/client/v11/databases/${addOns[0]?.id}/restores`;
    const { body } = await world.test.api('POST', path, { backup_url: address });
    await world.control.until('staging', ({ transfers }) => transfers.at(-1)?.state === 'succeeded');
    expect(body.num).toBe(1);
    expect(await world.control.dump('staging')).toBe(before);
  });
});

describe('a reset', () => {
  it('ends every session and leaves nothing, so that a restore leaves nothing but the dump', async () => {
    await world.query('CREATE TABLE newer (n int); CREATE SCHEMA more; CREATE TABLE more.rows (n int)');
    await withSession(world.url, async (run) => {
      expect((await world.database('PUT', '/reset', {})).status).toBe(200);
      await expect(run('SELECT 1')).rejects.toThrow();
    });
    expect(await world.query("SELECT 1 FROM pg_tables WHERE schemaname IN ('public', 'more')")).toEqual([]);
    expect(await world.restore(address)).toMatchObject({ succeeded: true, warnings: 0 });
    expect(await world.control.dump('shop')).toBe(before);
  });
});

describe('an end', () => {
  it('of an app cancels its transfers, and removes its dumps', async () => {
    await world.control.createApp({ name: 'leaves', postgres: true });
    await world.control.act('leaves', { action: 'capture-backup' });
    await world.control.until('leaves', ({ transfers }) => transfers[0]?.state === 'succeeded');
    const own = world.test.heroku.platform.transfers.of(world.test.app('leaves'))[0]?.toUrl ?? '';
    await world.control.changeSettings('leaves', { restoreResult: 'stay-pending' });
    const { addOns } = await world.control.app('leaves');
    await world.test.api('POST', `/client/v11/databases/${addOns[0]?.id}/restores`, { backup_url: own });
    expect((await world.test.api('DELETE', '/apps/leaves')).status).toBe(200);
    expect((await world.restore(own)).logs.at(-1).message).toContain('404 Not Found');
  });

  it('of the local Heroku ends what goes on', async () => {
    await world.control.changeSettings('shop', { backupResult: 'stay-running' });
    await world.control.act('shop', { action: 'capture-backup' });
    await world.control.until('shop', ({ transfers }) => transfers.at(-1)?.state === 'running');
    const { url } = world;
    await world.close();
    expect(world.test.heroku.platform.transfers.of(world.test.app('shop')).at(-1)?.succeeded).toBe(false);
    await expect(new Client({ connectionString: url }).connect()).rejects.toThrow(/ECONNREFUSED/);
  });
});
