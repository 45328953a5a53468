import { setTimeout as delay } from 'node:timers/promises';
import { waitForOldDynos } from '../../../src/helper/window/processes.ts';
import { rejection, SLEEP, WEB, WindowWorld, type TestApp } from './support/window-world.ts';

let world: WindowWorld;
beforeAll(async () => {
  world = await WindowWorld.start();
});
afterAll(() => world.close());
afterEach(() => world.control.clearFaults());

/** An autoscaler that brings workers back whenever they are at zero, so many times. */
function autoscaler(app: TestApp, times: number): { readonly done: Promise<void> } {
  const scale = async (): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      await world.test.until(() => app.quantity('worker') === 0 && app.dynos('worker').length === 0);
      await app.act({ action: 'scale', formation: { worker: 1 }, as: 'autoscaler@example.com' });
    }
  };
  return { done: scale() };
}

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to stop'))));

test('a type that comes back is stopped once more; the second time ends the work', async () => {
  const app = await world.app();
  const before = app.formation;
  const run = world.run(app.name);
  const window = await world.open(run);
  const actor = autoscaler(app, 2);

  const error = await rejection(window.guard?.during(never, 'stop') ?? Promise.resolve());

  expect(error.message).toContain('worker came back to life on');
  expect(error.message).toContain('a second time');
  expect(run.log.warnings).toContain('worker came back while the window is open; stopping again.');
  await actor.done;
  const undone = await run.undo.unwind(run.log);
  expect(undone.map(({ outcome }) => outcome)).not.toContain('failed');
  expect(app.app.maintenance).toBe(false);
  // The autoscaler has had the last word about its type.
  expect(app.quantity('worker')).toBe(1);
  expect(before[0]).toBe(app.formation[0]);
});

test('what came back in one phase has come back for the next one, too', async () => {
  const app = await world.app();
  const window = await world.open(world.run(app.name));
  await app.act({ action: 'scale', formation: { worker: 1 } });
  await window.guard?.check();
  expect(app.quantity('worker')).toBe(0);
  await app.act({ action: 'scale', formation: { worker: 1 } });
  const error = await rejection(window.guard?.check() ?? Promise.resolve());
  expect(error.message).toContain('a second time');
});

test('during a migration it is stopped every time, with a warning, and the work goes on', async () => {
  const app = await world.app();
  const run = world.run(app.name);
  const window = await world.open(run);
  const actor = autoscaler(app, 3);
  const result = await window.guard?.during(async () => {
    await actor.done;
    await world.test.until(() => app.quantity('worker') === 0);
    return 'migrated';
  }, 'warn');
  expect(result).toBe('migrated');
  const told = run.log.warnings.filter((one) => one.includes('stopping again'));
  expect(told).toHaveLength(3);
});

test('while a release phase runs, nothing is ended: it is a migration', async () => {
  const app = await world.app();
  const window = await world.open(world.run(app.name));
  await app.act({ action: 'scale', formation: { worker: 1 } });
  await window.guard?.check();
  await app.release({ web: WEB, worker: SLEEP, release: 'sleep 600' });
  await window.guard?.during(async () => {
    await autoscaler(app, 1).done;
    await world.test.until(() => app.quantity('worker') === 0);
  }, 'stop');
  await app.act({ action: 'expire-release' });
});

test('the page that somebody takes off ends the work before the migration', async () => {
  const app = await world.app();
  const before = app.formation;
  const run = world.run(app.name);
  const window = await world.open(run);
  await app.act({ action: 'maintenance', enabled: false });
  const error = await rejection(window.guard?.check() ?? Promise.resolve());
  expect(error.message).toContain('switched the maintenance page');
  const undone = await run.undo.unwind(run.log);
  expect(undone.map(({ outcome }) => outcome)).toEqual(['undone', 'nothing-to-do']);
  expect(app.formation).toEqual(before);
  expect(app.app.maintenance).toBe(false);
});

test('during the migration the page is put on once more, and the next time it is theirs', async () => {
  const app = await world.app();
  const run = world.run(app.name);
  const window = await world.open(run);
  await window.guard?.during(async () => {
    await app.act({ action: 'maintenance', enabled: false });
    await world.test.until(() => app.app.maintenance);
    await app.act({ action: 'maintenance', enabled: false });
    while (!run.log.warnings.some((one) => one.includes('It is left off.'))) await delay(20);
  }, 'warn');
  expect(app.app.maintenance).toBe(false);
});

test('a page that was on before is watched, too, and left to whoever takes it off', async () => {
  const app = await world.app();
  await app.act({ action: 'maintenance', enabled: true });
  const run = world.run(app.name, { 'if-in-maintenance': 'keep' });
  const window = await world.open(run);
  await app.act({ action: 'maintenance', enabled: false });
  const error = await rejection(window.guard?.check() ?? Promise.resolve());
  expect(error.message).toContain('switched the maintenance page');
  await run.undo.unwind(run.log);
  expect(app.app.maintenance).toBe(false);
  expect(app.quantity('worker')).toBe(2);
});

test('a look that Heroku does not answer ends nothing', async () => {
  const app = await world.app();
  const run = world.run(app.name);
  const window = await world.open(run);
  world.control.addFault({
    match: { surface: 'api', method: 'GET', path: `^/apps/${app.name}/dynos`, nth: 1, times: 2 },
    effect: { kind: 'status', status: 404, message: 'Not today.' },
  });
  const result = await window.guard?.during(async (signal) => {
    while (run.log.warnings.length === 0) await delay(20);
    signal.throwIfAborted();
    return 'done';
  }, 'stop');
  expect(result).toBe('done');
});

test('a log that cannot be read is told, and does not keep the window from being opened', async () => {
  const app = await world.app();
  world.control.addFault({
    match: { surface: 'api', method: 'POST', path: 'log-sessions' },
    effect: { kind: 'status', status: 403, message: 'No logs for you.' },
  });
  const run = world.run(app.name);
  await world.open(run);
  expect(app.app.maintenance).toBe(true);
  expect(run.log.warnings.filter((one) => one.includes('cannot be read'))).toHaveLength(1);
});

describe('preboot', () => {
  it('keeps the migration waiting until no old web dyno is left', async () => {
    const app = await world.app(undefined, undefined, { prebootOverlapMs: 500 });
    await app.act({ action: 'feature', name: 'preboot', enabled: true });
    const run = world.run(app.name);
    const window = await world.open(run);
    const release = await app.release({ web: WEB, worker: SLEEP });
    const old = (): number =>
      app.app.dynos.filter((dyno) => dyno.type === 'web' && dyno.release.version < release.version).length;
    expect(old()).toBe(1);
    await waitForOldDynos(window, release, run.ports.signal);
    expect(old()).toBe(0);
    expect(run.log.all).toContain('Dynos of earlier releases still run');
  });

  it('names the parameter and the dynos where they do not go', async () => {
    const app = await world.app(undefined, undefined, { prebootOverlapMs: 60_000 });
    await app.act({ action: 'feature', name: 'preboot', enabled: true });
    const run = world.run(app.name, { 'boot-timeout': '10s' });
    const window = await world.open(run);
    const old = app.app.current.version;
    const release = await app.release({ web: WEB, worker: SLEEP });
    const error = await rejection(waitForOldDynos(window, release, run.ports.signal));
    expect(error).toMatchObject({ parameter: 'boot-timeout' });
    expect(error.message).toContain(`(web.1 of v${old})`);
  });

  it('does not wait for one-off dynos, which `running-one-offs` is about', async () => {
    const app = await world.app();
    await app.act({ action: 'one-off', command: 'exec sleep 600', type: 'scheduler' });
    await world.test.until(() => app.dynos('scheduler').length === 1);
    const run = world.run(app.name, { 'running-one-offs': 'ignore', 'boot-timeout': '10s' });
    const window = await world.open(run);
    const release = await app.release({ web: WEB, worker: SLEEP });
    await waitForOldDynos(window, release, run.ports.signal);
    expect(app.dynos('scheduler')).toHaveLength(1);
  });
});

test('a type that is brought back while it is being stopped is stopped once more', async () => {
  const app = await world.app(undefined, undefined, { stopDelayMs: 300 });
  const run = world.run(app.name);
  const opening = world.open(run);
  await world.test.until(() => app.quantity('worker') === 0);
  await app.act({ action: 'scale', formation: { worker: 2 } });
  await opening;
  expect(app.quantity('worker')).toBe(0);
  expect(app.dynos('worker')).toEqual([]);
  expect(run.log.warnings).toContain('worker came back while the window is open; stopping again.');
});
