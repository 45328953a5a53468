import type { Dyno } from '../../../src/simulator/platform/model.ts';
import { TestHeroku } from '../support/local.ts';
import { appFiles, webServer } from '../support/workspace.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start();
});
afterAll(() => test.close());

const listed = (name: string) => test.heroku.platform.dynos.list(test.app(name));
const web = (name: string): Dyno => {
  const dyno = listed(name).findLast(({ type }) => type === 'web');
  if (!dyno) throw new Error('no web dyno');
  return dyno;
};

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

describe('a dyno', () => {
  it('is a real process with the config vars, its name and its port', async () => {
    await test.deployedApp('real', {
      Procfile: 'web: node server.js\n',
      'server.js': webServer.replace("process.env.DYNO + ' ' +", "JSON.stringify(process.env) + ' ' +"),
    });
    await test.api('PATCH', '/apps/real/features/runtime-dyno-metadata', { enabled: true });
    await test.api('PATCH', '/apps/real/config-vars', { SECRET: 's3cret' });
    await test.until(() => web('real').state === 'up' && web('real').release.version === 4);
    const text = await (await fetch(test.heroku.platform.webUrl(test.app('real')))).text();
    const environment = JSON.parse(text.trim()) as Record<string, string>;
    expect(environment).toMatchObject({
      SECRET: 's3cret',
      DYNO: 'web.1',
      PORT: String(web('real').port),
      HEROKU_RELEASE_VERSION: 'v4',
      HEROKU_APP_NAME: 'real',
    });
    expect(Object.keys(environment)).not.toContain('JEST_WORKER_ID');
  });

  it('is replaced on restart: another process, the same name', async () => {
    await test.deployedApp('restarted');
    const before = web('restarted');
    const pid = before.process?.pid;
    expect((await test.api('DELETE', '/apps/restarted/dynos/web.1')).status).toBe(202);
    await test.until(() => web('restarted') !== before && web('restarted').state === 'up');
    await test.until(() => !test.app('restarted').dynos.includes(before));
    expect(web('restarted').name).toBe('web.1');
    expect(isAlive(pid)).toBe(false);
    expect((await test.api('DELETE', '/apps/restarted/dynos/web.9')).status).toBe(404);
  });

  it('of a type, or all, can be restarted', async () => {
    await test.deployedApp('restart-all');
    await test.api('PATCH', '/apps/restart-all/formation', { updates: [{ type: 'worker', quantity: 1 }] });
    await test.until(() => listed('restart-all').every(({ state }) => state === 'up'));
    const [web1, worker1] = listed('restart-all').map(({ id }) => id);
    await test.api('DELETE', '/apps/restart-all/formations/worker');
    await test.until(() => listed('restart-all').every(({ id }) => id !== worker1));
    expect(listed('restart-all').some(({ id }) => id === web1)).toBe(true);
    await test.api('DELETE', '/apps/restart-all/dynos');
    await test.until(() => listed('restart-all').every(({ id }) => id !== web1));
    expect((await test.api('DELETE', '/apps/restart-all/formations/clock')).status).toBe(404);
  });

  it('that is stopped stays listed as down, and comes back with the next release', async () => {
    await test.deployedApp('stopped');
    const before = web('stopped');
    expect((await test.api('POST', '/apps/stopped/dynos/web.1/actions/stop')).status).toBe(202);
    await test.until(() => before.state === 'down');
    expect((await test.api('GET', '/apps/stopped/dynos/web.1')).body.state).toBe('down');
    expect((await fetch(test.heroku.platform.webUrl(test.app('stopped')))).status).toBe(503);
    await test.api('PATCH', '/apps/stopped/config-vars', { A: '1' });
    await test.until(() => web('stopped').state === 'up');
  });

  it('that ends by itself has crashed, and stays so', async () => {
    await test.deployedApp('crashing');
    await test.heroku.control.act('crashing', { action: 'crash', dyno: 'web.1' });
    await test.until(() => web('crashing').state === 'crashed');
    expect((await test.api('GET', '/apps/crashing/dynos')).body).toMatchObject([
      { name: 'web.1', state: 'crashed' },
    ]);
  });

  it('that has crashed starts again where that is asked for', async () => {
    const { app } = await test.deployedApp('recovering');
    app.settings.crashRestartMs = 10;
    const before = web('recovering');
    await test.heroku.control.act('recovering', { action: 'crash', dyno: 'web.1' });
    await test.until(() => web('recovering') !== before && web('recovering').state === 'up');
  });

  it('of type web that never listens crashes when its boot time is over', async () => {
    const app = test.heroku.platform.apps.create(test.heroku.account, {
      name: 'deaf',
      settings: { bootTimeoutMs: 100 },
    });
    const workspace = await test.workspace({ Procfile: 'web: exec sleep 3600\n' });
    await workspace.commit();
    await test.push(workspace, 'deaf');
    await test.until(() => app.dynos[0]?.state === 'crashed');
    expect(app.log.lines.some(({ text }) => text.includes('Error R10 (Boot timeout)'))).toBe(true);
    expect(isAlive(app.dynos[0]?.process?.pid)).toBe(false);
  });

  it('takes its time to start and to stop where that is asked for', async () => {
    const { app } = await test.deployedApp('slow');
    Object.assign(app.settings, { startDelayMs: 150, stopDelayMs: 150 });
    await test.api('PATCH', '/apps/slow/formation', { updates: [{ type: 'worker', quantity: 1 }] });
    const worker = () => listed('slow').find(({ type }) => type === 'worker');
    expect(worker()?.state).toBe('starting');
    await test.until(() => worker()?.state === 'up');
    const pid = worker()?.process?.pid;
    await test.api('PATCH', '/apps/slow/formation', { updates: [{ type: 'worker', quantity: 0 }] });
    // Scaled down, it works on for a while: the API lists it until its process is gone.
    expect((await test.api('GET', '/apps/slow/dynos/worker.1')).body.state).toBe('up');
    expect(isAlive(pid)).toBe(true);
    await test.until(() => worker() === undefined);
    expect(isAlive(pid)).toBe(false);
    expect((await test.api('GET', '/apps/slow/dynos/worker.1')).status).toBe(404);
  });

  it('scaled up again while the old one is stopping is a new one at once', async () => {
    const { app } = await test.deployedApp('back-and-forth');
    app.settings.stopDelayMs = 200;
    const scale = (quantity: number) =>
      test.api('PATCH', '/apps/back-and-forth/formation', { updates: [{ type: 'worker', quantity }] });
    await scale(1);
    await test.until(() =>
      listed('back-and-forth').some(({ name, state }) => name === 'worker.1' && state === 'up'),
    );
    const old = listed('back-and-forth').find(({ name }) => name === 'worker.1');
    await scale(0);
    await scale(1);
    const workers = listed('back-and-forth').filter(({ type }) => type === 'worker');
    expect(workers).toHaveLength(1);
    expect(workers[0]?.id).not.toBe(old?.id);
    await test.until(() => workers[0]?.state === 'up');
    await test.until(() => old !== undefined && !app.dynos.includes(old));
    expect(workers[0]?.state).toBe('up');
  });

  it('that ignores SIGTERM is killed when its grace is over', async () => {
    const { app } = await test.deployedApp('stubborn', {
      ...appFiles(),
      Procfile: "web: node server.js\nworker: trap '' TERM; echo ready; while :; do sleep 0.05; done\n",
    });
    app.settings.stopGraceMs = 100;
    await test.api('PATCH', '/apps/stubborn/formation', { updates: [{ type: 'worker', quantity: 1 }] });
    await test.until(() => app.log.lines.some(({ text }) => text === 'ready'));
    const pid = listed('stubborn').find(({ type }) => type === 'worker')?.process?.pid;
    await test.api('PATCH', '/apps/stubborn/formation', { updates: [{ type: 'worker', quantity: 0 }] });
    await test.until(() => !app.dynos.some(({ type }) => type === 'worker'));
    expect(isAlive(pid)).toBe(false);
  });
});

function dynoLine(dyno: { name: string; state: string; release: { version: number } }): unknown[] {
  return [dyno.name, dyno.state, dyno.release.version];
}

describe('preboot', () => {
  it('keeps old web dynos serving until the new ones are up, and lists both', async () => {
    const { app } = await test.deployedApp('preboot');
    await test.api('PATCH', '/apps/preboot/features/preboot', { enabled: true });
    Object.assign(app.settings, { prebootOverlapMs: 150 });
    const old = web('preboot');
    await test.api('PATCH', '/apps/preboot/config-vars', { VERSION: '2' });
    await test.until(() => web('preboot') !== old && web('preboot').state === 'up');
    const { body } = await test.api('GET', '/apps/preboot/dynos');
    expect(body.map(dynoLine)).toEqual(
      expect.arrayContaining([
        ['web.1', 'up', 3],
        ['web.1', 'up', 4],
      ]),
    );
    await test.until(() => !app.dynos.includes(old));
    expect(listed('preboot')).toHaveLength(1);
  });

  it('off, an old dyno is no longer listed while its process ends', async () => {
    const { app } = await test.deployedApp('no-preboot');
    app.settings.stopDelayMs = 1_500;
    const old = web('no-preboot');
    await test.api('PATCH', '/apps/no-preboot/config-vars', { VERSION: '2' });
    expect((await test.api('GET', '/apps/no-preboot/dynos')).body).toMatchObject([
      { name: 'web.1', release: { version: 4 } },
    ]);
    const { dynos } = await test.heroku.control.app('no-preboot');
    expect(dynos).toMatchObject([
      { release: 3, listed: false, stopping: true },
      { release: 4, listed: true },
    ]);
    await test.until(() => !app.dynos.includes(old));
  });
});

it('deleting an app ends its dynos and forgets it', async () => {
  const { app } = await test.deployedApp('deleted');
  const pid = web('deleted').process?.pid;
  expect((await test.api('DELETE', '/apps/deleted')).status).toBe(200);
  expect(isAlive(pid)).toBe(false);
  expect((await test.api('GET', '/apps/deleted')).status).toBe(404);
  expect(app.dynos).toEqual([]);
});

it('closing the local Heroku leaves no process', async () => {
  const other = await TestHeroku.start();
  const { app } = await other.deployedApp('closing', appFiles('echo hi'));
  await other.api('PATCH', '/apps/closing/formation', { updates: [{ type: 'worker', quantity: 2 }] });
  await other.until(() => app.dynos.filter(({ state }) => state === 'up').length === 3);
  const pids = app.dynos.map((dyno) => dyno.process?.pid);
  Object.assign(app.settings, { stopDelayMs: 3_600_000 });
  await other.api('PATCH', '/apps/closing/formation', { updates: [{ type: 'worker', quantity: 0 }] });
  await other.close();
  expect(pids.some(isAlive)).toBe(false);
});
