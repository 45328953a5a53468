import { closeWindow } from '../../../src/helper/window/close.ts';
import { hasOneOffNumber, isOneOff } from '../../../src/helper/window/one-offs.ts';
import { rejection, SLEEP, WEB, WindowWorld, type TestApp } from './support/window-world.ts';

let world: WindowWorld;
beforeAll(async () => {
  world = await WindowWorld.start();
});
afterAll(() => world.close());

/** Starts a one-off dyno as somebody else; resolves with its name when it runs. */
async function oneOff(app: TestApp, command: string, type = 'run'): Promise<string> {
  const { oneOffs } = await app.act({ action: 'one-off', command, type });
  const name = oneOffs.at(-1)?.name ?? '';
  await world.test.until(() => app.app.dynos.some((dyno) => dyno.name === name && dyno.state === 'up'));
  return name;
}

test.each([
  ['web.1', 'web', false],
  ['worker.12', 'worker', false],
  ['run.4711', 'run', true],
  ['scheduler.1234', 'scheduler', true],
  ['worker.4711', 'worker', true],
  ['gone.1', 'gone', true],
  ['release.4711', 'release', false],
])('%s is told apart', (name, type, expected) => {
  expect(isOneOff({ name, type }, ['web', 'worker', 'clock'])).toBe(expected);
  expect(hasOneOffNumber(name)).toBe(/\d{4}/.test(name));
});

test('a process type of the name `scheduler` is none', () => {
  expect(isOneOff({ name: 'scheduler.1', type: 'scheduler' }, ['scheduler'])).toBe(false);
});

describe('wait', () => {
  it('waits with the app still open, then opens the window', async () => {
    const app = await world.app();
    const name = await oneOff(app, 'exec sleep 600');
    const run = world.run(app.name);
    const opening = world.open(run);
    await world.test.until(() => app.app.dynos.some((dyno) => dyno.name === name));
    while (!run.log.all.includes(`Waiting for ${name} to end`)) await run.ports.clock.sleep(100);
    expect(app.app.maintenance).toBe(false);
    expect(app.changes).toEqual([]);
    await app.act({ action: 'stop', dyno: name });
    await opening;
    expect(app.app.maintenance).toBe(true);
  });

  it('gives up at `scale-timeout`, changes nothing, and names both parameters', async () => {
    const app = await world.app();
    const before = app.formation;
    const name = await oneOff(app, 'exec sleep 600', 'scheduler');
    const run = world.run(app.name, { 'scale-timeout': '10s' });
    const error = await rejection(world.open(run));
    expect(error).toMatchObject({ verdict: 'failed', parameter: 'running-one-offs' });
    expect(error.message).toContain(`Waited 10 s for the one-off dynos ${name} to end, in vain.`);
    expect(error.message).toContain('`scale-timeout` is the limit');
    expect(run.undo.size).toBe(0);
    expect(app.formation).toEqual(before);
    expect(app.app.maintenance).toBe(false);
  });

  it('waits for one that began while the window was being opened, too, and undoes all in vain', async () => {
    const app = await world.app(undefined, undefined, { stopDelayMs: 300 });
    const before = app.formation;
    const run = world.run(app.name, { 'scale-timeout': '20s' });
    const opening = rejection(world.open(run));
    await world.test.until(() => app.app.maintenance);
    const name = await oneOff(app, 'exec sleep 600', 'scheduler');
    const error = await opening;
    expect(error.message).toContain(name);
    expect(app.app.maintenance).toBe(true);
    const undone = await run.undo.unwind(run.log);
    expect(undone.map(({ outcome }) => outcome)).toEqual(['undone', 'undone']);
    expect(app.formation).toEqual(before);
    expect(app.app.maintenance).toBe(false);
  });
});

test('stop stops what runs, and what starts meanwhile', async () => {
  const app = await world.app();
  // It takes its time to end, so that another one can begin while it is waited for.
  const slow = await oneOff(app, "trap '' TERM; while :; do sleep 0.1; done");
  const run = world.run(app.name, { 'running-one-offs': 'stop' });
  const opening = world.open(run);
  while (!run.log.all.includes(`Stopping ${slow}`)) await run.ports.clock.sleep(100);
  const second = await oneOff(app, 'exec sleep 600', 'scheduler');
  await opening;
  expect(run.log.all).toContain(`Stopping ${second}`);
  expect([...app.dynos('run'), ...app.dynos('scheduler')]).toEqual([]);
});

test('ignore says so once, and leaves them alone, also while the window is open', async () => {
  const app = await world.app();
  const name = await oneOff(app, 'exec sleep 600');
  const run = world.run(app.name, { 'running-one-offs': 'ignore' });
  const window = await world.open(run);
  expect(run.log.warnings).toEqual([
    `${name} keep running while the window is open (\`running-one-offs: ignore\`).`,
  ]);
  await window.guard?.check();
  expect(run.log.warnings).toHaveLength(1);
  const later = await oneOff(app, 'exec sleep 600', 'scheduler');
  await window.guard?.check();
  expect(run.log.warnings.slice(1)).toEqual([
    `${later} was started on ${app.name} while the window is open.`,
  ]);
  expect(app.dynos('run')).toEqual([name]);
  await closeWindow(window, { id: app.app.current.id });
  expect(app.dynos('run')).toEqual([name]);
});

test('a one-off dyno under the name of a stopped process type is none of its dynos', async () => {
  const app = await world.app({ web: WEB, worker: SLEEP }, { web: 1, worker: 1 });
  const name = await oneOff(app, 'exec sleep 600', 'worker');
  const window = await world.open(world.run(app.name, { 'running-one-offs': 'ignore' }));
  expect(app.dynos('worker')).toEqual([name]);
  await window.guard?.check();
  expect(app.changes.filter((one) => one === 'PATCH /formation')).toHaveLength(1);
});

describe('one that a scheduler starts in the open window', () => {
  it('is told even where it has ended before anybody looks', async () => {
    const app = await world.app();
    const run = world.run(app.name);
    const window = await world.open(run);
    const { oneOffs } = await app.act({ action: 'one-off', command: 'true', type: 'scheduler' });
    const name = oneOffs.at(-1)?.name ?? '';
    while (run.log.warnings.length === 0) await run.ports.clock.sleep(100);
    expect(run.log.warnings).toEqual([`${name} was started on ${app.name} while the window is open.`]);
    await closeWindow(window, { id: app.app.current.id });
    expect(run.log.warnings).toHaveLength(1);
  });

  it('is waited for before the migration', async () => {
    const app = await world.app();
    const run = world.run(app.name, { 'scale-timeout': '10s' });
    const window = await world.open(run);
    const name = await oneOff(app, 'exec sleep 600', 'scheduler');
    const error = await rejection(window.guard?.check() ?? Promise.resolve());
    expect(error).toMatchObject({ parameter: 'running-one-offs' });
    expect(error.message).toContain(name);
    await app.act({ action: 'stop', dyno: name });
    await window.guard?.check();
  });

  it('is stopped at once with `stop`, during a migration too', async () => {
    const app = await world.app();
    const run = world.run(app.name, { 'running-one-offs': 'stop' });
    const window = await world.open(run);
    await window.guard?.during(async () => {
      const name = await oneOff(app, 'exec sleep 600', 'scheduler');
      // Long before the next look by the clock, which comes after 45 s.
      await world.test.until(() => !app.app.dynos.some((dyno) => dyno.name === name));
    }, 'warn');
    expect(run.log.warnings.join('\n')).toMatch(/scheduler\.\d{4} was started[^]*Stopping scheduler\.\d{4}/);
  });
});
