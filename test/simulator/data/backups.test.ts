import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { findBinaries } from '../../../src/simulator/postgres/binaries.ts';
import { withSession } from '../../../src/simulator/postgres/session.ts';
import { DataWorld } from './support/data-world.ts';

let world: DataWorld;
beforeAll(async () => {
  world = await DataWorld.start(['guest', 'other']);
  await world.query(
    'CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders SELECT generate_series(1, 500)',
  );
});
afterAll(() => world.close());
afterEach(async () => {
  await world.control.changeSettings('shop', {
    backupMs: 0,
    transferDelayMs: 0,
    backupResult: 'succeed',
    whileTransferring: 'refuse',
    publicUrlMs: 3_600_000,
  });
});

const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000$/);

describe('a backup', () => {
  it('begins pending, runs, and ends as a dump', async () => {
    const begun = await world.database('POST', '/backups');
    expect(begun).toMatchObject({
      status: 201,
      body: {
        num: 1,
        ...{ from_name: 'DATABASE', from_type: 'pg_dump', from_url: world.url },
        ...{ to_name: 'BACKUP', to_type: 'gof3r', options: {}, num_keep: 5 },
        ...{ source_bytes: null, processed_bytes: 0, succeeded: null, warnings: 0 },
        ...{ created_at: time, started_at: null, finished_at: null, canceled_at: null },
      },
    });
    const { logs, ...ended } = await world.ended(begun);
    expect(ended).toMatchObject({ succeeded: true, warnings: 0, started_at: time, finished_at: time });
    expect(ended.source_bytes).toBeGreaterThan(1_000_000);
    expect(ended.processed_bytes).toBeGreaterThan(500);
    expect(logs).toContainEqual({
      created_at: time,
      level: 'info',
      message: 'pg_dump: dumping contents of table "public.orders"',
    });
    const [listed] = (await world.transfers()).body;
    expect(listed).toEqual(ended);
    expect((await world.transfers('GET', '/1')).body).toEqual(ended);
  });

  it('can be read by anybody from its public address, as pg_dump wrote it', async () => {
    const { num, processed_bytes: bytes } = await world.backUp();
    const { body } = await world.transfers('POST', `/${num}/actions/public-url`);
    expect(body.expires_at).toEqual(time);
    const answer = await fetch(body.url);
    const dump = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get('Content-Length')).toBe(String(bytes));
    expect(dump.subarray(0, 5).toString()).toBe('PGDMP');
    const file = join(world.test.heroku.dataDirectory, 'downloaded.dump');
    await writeFile(file, dump);
    const { stdout } = await promisify(execFile)(join(await findBinaries(), 'pg_restore'), ['--list', file]);
    expect(stdout).toContain('TABLE DATA public orders');
    expect(JSON.stringify(world.control.requests({ surface: 'source' }))).not.toContain(
      new URL(body.url).searchParams.get('signature'),
    );
  });

  it('cannot be read from an address that is another one, has expired, or is its own', async () => {
    const { num, uuid, to_url: own } = await world.backUp();
    const { body } = await world.transfers('POST', `/${num}/actions/public-url`);
    const url = new URL(body.url);
    const later = Number(url.searchParams.get('expires')) + 1;
    url.searchParams.set('expires', String(later));
    await world.control.changeSettings('shop', { publicUrlMs: 0 });
    const { body: expired } = await world.transfers('POST', `/${num}/actions/public-url`);
    for (const address of [url.href, expired.url, own, `${url.origin}/_backups/${uuid}`]) {
      expect((await fetch(address)).status).toBe(403);
    }
    await world.transfers('DELETE', `/${num}`);
    expect((await fetch(body.url)).status).toBe(404);
  });

  it('grows for as long as it is to take, and is pending before', async () => {
    await world.control.changeSettings('shop', { backupMs: 300, transferDelayMs: 100 });
    const { body } = await world.database('POST', '/backups');
    expect((await world.transfers('GET', `/${body.uuid}`)).body.started_at).toBeNull();
    await world.until(body.uuid, 'running');
    const { body: running } = await world.transfers('GET', `/${body.uuid}`);
    const { processed_bytes: bytes } = await world.ended({ status: 201, body } as never);
    expect(running).toMatchObject({ started_at: time, finished_at: null, succeeded: null });
    expect(running.processed_bytes).toBeLessThan(bytes);
  });

  it.each(['stay-pending', 'stay-running'] as const)(
    'that is to %s does so until it is cancelled',
    async (backupResult) => {
      await world.control.changeSettings('shop', { backupResult });
      const { body } = await world.database('POST', '/backups');
      await world.until(body.uuid, backupResult === 'stay-pending' ? 'pending' : 'running');
      const refused = await world.database('POST', '/backups');
      expect(refused).toMatchObject({
        status: 422,
        body: { id: 'unprocessable_entity', message: 'a transfer is currently in progress' },
      });
      const { body: canceled } = await world.transfers('POST', `/${body.uuid}/actions/cancel`);
      expect(canceled).toMatchObject({ canceled_at: time, finished_at: time, succeeded: false });
      expect((await world.transfers('POST', `/${body.num}/actions/public-url`)).status).toBe(404);
      expect((await world.transfers('POST', `/${body.num}/actions/cancel`)).body).toEqual(canceled);
    },
  );

  it('goes on when the setting is another one, and the next one waits for it where that is so', async () => {
    await world.control.changeSettings('shop', { backupResult: 'stay-running', whileTransferring: 'queue' });
    const first = await world.database('POST', '/backups');
    await world.until(first.body.uuid, 'running');
    const second = await world.database('POST', '/backups');
    expect((await world.transfers('GET', `/${second.body.num}`)).body.started_at).toBeNull();
    await world.control.changeSettings('shop', { backupResult: 'succeed' });
    expect(await world.ended(first)).toMatchObject({ succeeded: true });
    expect(await world.ended(second)).toMatchObject({ succeeded: true, num: first.body.num + 1 });
  });

  it('that is to fail is finished without success, says why, and leaves no dump', async () => {
    await world.control.changeSettings('shop', { backupResult: 'fail' });
    const { num, to_url: url, ...failed } = await world.backUp();
    expect(failed).toMatchObject({ finished_at: time, canceled_at: null, succeeded: false });
    expect(failed.logs.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining('failed') });
    expect((await world.transfers('POST', `/${num}/actions/public-url`)).status).toBe(404);
    expect((await world.restore(url)).logs.at(-1).message).toContain('404 Not Found');
  });

  it('waits for a lock, as pg_dump does, and fails for real when its session is ended', async () => {
    const { url } = world;
    await withSession(url, async (run) => {
      await run('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
      const begun = await world.database('POST', '/backups');
      await world.session("application_name = 'pg_dump' AND wait_event_type = 'Lock'");
      await world.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pg_dump'",
      );
      const { succeeded, logs } = await world.ended(begun);
      expect(succeeded).toBe(false);
      expect(logs.at(-1)).toMatchObject({ level: 'error', message: 'pg_dump ended (1).' });
    });
  });

  it('is known to the app that pays alone; a stranger is told of nothing', async () => {
    await world.control.act('guest', { action: 'attach', addOn: world.addOn });
    expect((await world.test.api('GET', '/client/v11/apps/guest/transfers')).body).toEqual([]);
    const { platform } = world.test.heroku;
    platform.accounts.create({ email: 'eve@example.com', keys: [{ key: 'eve-key' }] });
    const ask = (method: string, path: string) =>
      world.test.api(method, path, undefined, { Authorization: 'Bearer eve-key' });
    const capture = `/client/v11/databases/${world.addOn}/backups`;
    expect((await ask('POST', capture)).status).toBe(404);
    expect((await ask('GET', '/client/v11/apps/shop/transfers')).status).toBe(404);
    await world.control.setPermissions('guest', 'eve@example.com', ['view', 'operate']);
    expect((await ask('GET', `/client/v11/databases/${world.addOn}`)).status).toBe(200);
    expect((await ask('POST', capture)).status).toBe(403);
  });

  it('is one of so many that the plan keeps; scheduled ones do not count', async () => {
    await world.control.act('shop', { action: 'capture-backup', scheduled: true });
    await world.control.until('shop', ({ transfers }) => transfers.at(-1)?.state === 'succeeded');
    let last = 0;
    for (let count = 0; count < 6; count += 1) last = (await world.backUp()).num;
    const { body } = await world.transfers();
    const kept = body.filter((each: { succeeded: boolean }) => each.succeeded);
    const numbers = kept.map(({ num }: { num: number }) => num);
    expect(numbers).toEqual([last - 6, last - 4, last - 3, last - 2, last - 1, last]);
    expect(kept[0]).toMatchObject({ schedule: { uuid: expect.any(String) } });
    const { transfers } = await world.control.app('shop');
    expect(transfers.find(({ name }) => name === `b${String(last - 5).padStart(3, '0')}`)?.state).toBe(
      'deleted',
    );
    expect(transfers.find(({ name }) => name.startsWith('a'))?.state).toBe('succeeded');
  });

  it('can be polled badly, by a fault', async () => {
    const { id } = world.control.addFault({
      match: { surface: 'data', path: '/transfers/' },
      effect: { kind: 'status', status: 503 },
    });
    const { body } = await world.database('POST', '/backups');
    expect((await world.transfers('GET', `/${body.uuid}`)).status).toBe(503);
    world.control.removeFault(id);
    expect(await world.ended({ status: 201, body } as never)).toMatchObject({ succeeded: true });
    expect(world.control.requests({ surface: 'data', app: 'shop' }).length).toBeGreaterThan(0);
  });

  it('of nothing that is there is refused', async () => {
    expect((await world.test.api('POST', '/client/v11/databases/unknown/backups')).status).toBe(404);
    expect((await world.transfers('GET', '/999')).status).toBe(404);
    expect((await world.transfers('DELETE', '/999')).status).toBe(404);
    await world.control.act('other', { action: 'add-add-on', plan: 'scheduler:standard', name: 'timer' });
    expect((await world.test.api('POST', '/client/v11/databases/timer/backups')).status).toBe(404);
    await expect(world.control.act('other', { action: 'capture-backup' })).rejects.toThrow(/has no database/);
    await expect(world.control.act('shop', { action: 'cancel-transfer' })).rejects.toThrow(/going on/);
  });
});
