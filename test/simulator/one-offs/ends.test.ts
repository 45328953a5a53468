import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ControlClient, type Action } from '../../../src/simulator/index.ts';
import { TestHeroku } from '../support/local.ts';
import { Client, create, isAlive, logOf, untilLogged } from './support/client.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start();
  await test.deployedApp('shop');
});
afterEach(() => {
  Object.assign(test.app('shop').settings, { stopDelayMs: 0, stopGraceMs: 30_000, startDelayMs: 0 });
});
afterAll(() => test.close());

const detached = async (command: string, more: Readonly<Record<string, unknown>> = {}) =>
  (await test.api('POST', '/apps/shop/dynos', { command, ...more })).body as { name: string; id: string };
const stop = (path: string) => test.api('POST', `/apps/shop/${path}/actions/stop`);
const statusOf = (name: string) =>
  test.heroku.platform.oneOffs.of(test.app('shop')).find(({ dyno }) => dyno.name === name)?.exitStatus;

describe('time_to_live', () => {
  it('ends a dyno with SIGTERM', async () => {
    const { name } = await detached('exec sleep 60', { time_to_live: 1 });
    await untilLogged(test, 'shop', name, 'complete');
    expect(logOf(test, 'shop', name).slice(-3)).toEqual([
      'heroku: Stopping all processes with SIGTERM',
      'heroku: Process exited with status 143',
      'heroku: State changed from up to complete',
    ]);
  });

  it('ends one that ignores SIGTERM with SIGKILL', async () => {
    test.app('shop').settings.stopGraceMs = 50;
    const { name } = await detached("trap '' TERM; while :; do sleep 0.02; done", { time_to_live: 1 });
    await untilLogged(test, 'shop', name, 'Process exited with status 137');
  });

  it('ends one that still waits for its client, and its attached one with it', async () => {
    const waiting = await create(test, 'shop', 'true', { time_to_live: 1 });
    const attached = await create(test, 'shop', 'exec sleep 60', { time_to_live: 1 });
    const client = await Client.attach(test, attached.attach_url);
    await client.closed;
    expect(statusOf(attached.name)).toBe(143);
    await untilLogged(test, 'shop', waiting.name, 'Process exited with status 143');
  });
});

describe('stopping', () => {
  it.each([
    ['by name', ({ name }: { name: string }) => `dynos/${name}`],
    ['by id', ({ id }: { id: string }) => `dynos/${id}`],
    ['by type', () => 'formations/clock'],
  ])('%s ends a dyno with SIGTERM and grace', async (_how, path) => {
    const dyno = await detached(
      "trap 'echo cleaned up; exit 3' TERM; echo ready; while :; do sleep 0.02; done",
      {
        type: 'clock',
      },
    );
    await untilLogged(test, 'shop', dyno.name, 'app: ready');
    expect((await stop(path(dyno))).status).toBe(202);
    await untilLogged(test, 'shop', dyno.name, 'complete');
    expect(logOf(test, 'shop', dyno.name)).toEqual(
      expect.arrayContaining(['app: cleaned up', 'heroku: Process exited with status 3']),
    );
    expect((await test.api('GET', `/apps/shop/dynos/${dyno.name}`)).status).toBe(404);
  });

  it('ends one that has not started: nothing of it runs', async () => {
    test.app('shop').settings.startDelayMs = 3_600_000;
    const booting = await detached('echo started');
    test.app('shop').settings.startDelayMs = 0;
    const waiting = await create(test, 'shop', 'echo started');
    for (const { name } of [booting, waiting]) {
      await stop(`dynos/${name}`);
      await untilLogged(test, 'shop', name, 'Process exited with status 143');
      expect(logOf(test, 'shop', name).join()).not.toMatch(/Starting process|app: started/);
    }
  });

  it('takes a while where that is asked for, and is the same stop when asked for again', async () => {
    const { name } = await detached('exec sleep 60');
    test.app('shop').settings.stopDelayMs = 1_500;
    await stop(`dynos/${name}`);
    await stop(`dynos/${name}`);
    expect((await test.api('GET', `/apps/shop/dynos/${name}`)).body.state).toBe('up');
    expect((await test.heroku.control.app('shop')).dynos.find((dyno) => dyno.name === name)?.stopping).toBe(
      true,
    );
    await untilLogged(test, 'shop', name, 'complete');
    expect(logOf(test, 'shop', name).filter((line) => line.includes('SIGTERM'))).toHaveLength(1);
    expect((await stop(`dynos/${name}`)).status).toBe(404);
  });

  it('closes the connection of an attached one, after what it has printed', async () => {
    const command = "trap 'echo last words; exit' TERM; echo ready; while :; do sleep 0.02; done";
    const dyno = await create(test, 'shop', command);
    const client = await Client.attach(test, dyno.attach_url);
    await client.until('ready');
    await stop(`dynos/${dyno.name}`);
    await client.closed;
    expect(client.output).toMatch(/^ready\n[^]*last words\n$/);
  });
});

describe('what does not end a one-off dyno', () => {
  it('restarts, releases, scaling and maintenance', async () => {
    const slug = test.app('shop').current.slug?.directory ?? '';
    await writeFile(join(slug, 'gate'), '');
    const command = 'while [ -e gate ]; do sleep 0.02; done; echo undisturbed';
    const { name } = await detached(command, { type: 'worker' });
    const version = test.app('shop').current.version;
    await test.api('DELETE', '/apps/shop/dynos');
    await test.api('DELETE', `/apps/shop/dynos/${name}`);
    await test.api('DELETE', '/apps/shop/formations/worker');
    await test.api('PATCH', '/apps/shop/formation/worker', { quantity: 1 });
    await test.api('PATCH', '/apps/shop/formation/worker', { quantity: 0 });
    await test.api('PATCH', '/apps/shop', { maintenance: true });
    await test.api('PATCH', '/apps/shop', { maintenance: false });
    await test.api('PATCH', '/apps/shop/config-vars', { NEW: 'value' });
    const { body } = await test.api('GET', `/apps/shop/dynos/${name}`);
    expect(body).toMatchObject({ state: 'up', release: { version } });
    await rm(join(slug, 'gate'));
    await untilLogged(test, 'shop', name, 'complete');
    expect(logOf(test, 'shop', name)).toEqual(
      expect.arrayContaining(['app: undisturbed', 'heroku: Process exited with status 0']),
    );
  });
});

describe('what does', () => {
  it('a crash that somebody causes', async () => {
    const { name } = await detached('exec sleep 60');
    await test.heroku.control.act('shop', { action: 'crash', dyno: name });
    await untilLogged(test, 'shop', name, 'Process exited with status 137');
  });

  it('the end of its app', async () => {
    const { app } = await test.deployedApp('short-lived');
    const { name } = (await test.api('POST', '/apps/short-lived/dynos', { command: 'exec sleep 60' })).body;
    await create(test, 'short-lived', 'true');
    await test.until(() => app.dynos.some((dyno) => dyno.name === name && dyno.process));
    const pid = app.dynos.find((dyno) => dyno.name === name)?.process?.pid;
    expect((await test.api('DELETE', '/apps/short-lived')).status).toBe(200);
    expect(isAlive(pid)).toBe(false);
    expect(app.dynos).toEqual([]);
  });

  it('the end of the local Heroku, which leaves nothing behind', async () => {
    const other = await TestHeroku.start();
    const { app } = await other.deployedApp('closing');
    const attached = await create(
      other,
      'closing',
      "trap '' HUP TERM; echo ready; while :; do sleep 0.02; done",
    );
    const client = await Client.attach(other, attached.attach_url);
    await client.until('ready');
    await create(other, 'closing', 'echo never');
    await other.api('POST', '/apps/closing/dynos', { command: 'exec sleep 60', time_to_live: 3600 });
    await other.until(() => app.dynos.filter((dyno) => dyno.process).length === 3);
    const pids = app.dynos.flatMap((dyno) => dyno.process?.pid ?? []);
    app.settings.stopDelayMs = 3_600_000;
    await other.api('POST', `/apps/closing/dynos/${attached.name}/actions/stop`);
    await other.close();
    await client.closed;
    expect(pids.filter(isAlive)).toEqual([]);
    await expect(Client.connect(other)).rejects.toThrow();
  });
});

describe('the control', () => {
  it('starts one as a scheduler does, and shows it after its end too', async () => {
    const { control } = test.heroku;
    await control.act('shop', { action: 'one-off', command: 'echo scheduled; exit 2', type: 'scheduler' });
    const view = await control.until('shop', ({ oneOffs }) => oneOffs.at(-1)?.state === 'ended');
    expect(view.oneOffs.at(-1)).toMatchObject({
      type: 'scheduler',
      command: 'echo scheduled; exit 2',
      attach: false,
      attached: false,
      exitStatus: 2,
      release: view.currentRelease,
    });
    expect(view.log.join('\n')).toContain('by user colleague@example.com');
    await expect(control.act('shop', { action: 'one-off', command: '' })).rejects.toThrow(/command/);
  });

  it('does so from another process too, and refuses what it does not know', async () => {
    const control = new ControlClient(test.heroku.urls.control);
    const before = (await control.app('shop')).oneOffs.length;
    await control.act('shop', {
      action: 'one-off',
      command: 'exec sleep 60',
      timeToLive: 1,
      as: 'a@example.com',
    });
    const view = await control.until('shop', ({ oneOffs }) => oneOffs[before]?.state === 'ended');
    expect(view.oneOffs[before]).toMatchObject({ type: 'run', exitStatus: 143 });
    const misspelt = { action: 'one-off', command: 'true', timetolive: 1 } as Action;
    await expect(control.act('shop', misspelt)).rejects.toThrow(/timetolive/);
  });

  it('shows what a running one waits for', async () => {
    const dyno = await create(test, 'shop', 'echo ready; exec sleep 60');
    const find = async () =>
      (await test.heroku.control.app('shop')).oneOffs.find(({ name }) => name === dyno.name);
    expect(await find()).toMatchObject({ state: 'awaiting-client', attach: true, attached: false });
    const client = await Client.attach(test, dyno.attach_url);
    await client.until('ready');
    expect(await find()).toMatchObject({ state: 'running', attached: true, exitStatus: null });
    expect(
      (await test.heroku.control.app('shop')).dynos.find(({ name }) => name === dyno.name),
    ).toMatchObject({
      command: 'echo ready; exec sleep 60',
      state: 'up',
    });
    client.socket.destroy();
    await untilLogged(test, 'shop', dyno.name, 'complete');
  });
});
