import { closeWindow } from '../../../src/helper/window/close.ts';
import { openWindow } from '../../../src/helper/window/open.ts';
import { rejection, SLEEP, WEB, WindowWorld, type TestApp } from './support/window-world.ts';

let world: WindowWorld;
beforeAll(async () => {
  world = await WindowWorld.start();
});
afterAll(() => world.close());

/** The app's current release, as what a deployment has judged to be its own. */
const current = (app: TestApp): { id: string } => ({ id: app.app.current.id });

test('page on, workers gone; then workers back and the page off, last', async () => {
  const app = await world.app();
  const before = app.formation;
  const window = await world.open(world.run(app.name));

  expect(app.app.maintenance).toBe(true);
  expect(app.formation).toEqual(['web=1:Standard-1X', 'worker=0:Standard-1X']);
  expect(app.dynos('worker')).toEqual([]);
  expect(app.dynos('web')).toEqual(['web.1']);

  const asked = world.control.requests({ app: app.name, surface: 'api' }).length;
  expect(await closeWindow(window, current(app))).toMatchObject({
    notBack: [],
    state: { app: { maintenance: false }, release: { id: app.app.current.id } },
  });
  // Two looks at what runs, the read-backs between them, and two changes: web was up all the time.
  expect(world.control.requests({ app: app.name, surface: 'api' }).length - asked).toBe(10);
  expect(app.formation).toEqual(before);
  expect(app.app.maintenance).toBe(false);
  expect(app.changes).toEqual(['PATCH /', 'PATCH /formation', 'PATCH /formation', 'PATCH /']);
});

test('sizes and zeros stay exactly as they were found', async () => {
  const app = await world.app({ web: WEB, worker: SLEEP, clock: SLEEP }, { web: 1, worker: 2, clock: 0 });
  await app.act({ action: 'resize', sizes: { worker: 'standard-2x', clock: 'performance-m' } });
  const before = app.formation;
  const window = await world.open(world.run(app.name));
  await closeWindow(window, current(app));
  expect(app.formation).toEqual(before);
  expect(before).toEqual(['web=1:Standard-1X', 'worker=2:Standard-2X', 'clock=0:Performance-M']);
});

test('only the named types are stopped', async () => {
  const app = await world.app({ web: WEB, worker: SLEEP, clock: SLEEP }, { web: 1, worker: 1, clock: 1 });
  const window = await world.open(world.run(app.name, { 'scale-down': 'clock' }));
  expect(app.formation.map((one) => one.split(':')[0])).toEqual(['web=1', 'worker=1', 'clock=0']);
  await closeWindow(window, current(app));
  expect(app.quantity('clock')).toBe(1);
});

test('stop-web stops web, too, and brings it back before the page goes', async () => {
  const app = await world.app(undefined, { web: 2, worker: 1 });
  const window = await world.open(world.run(app.name, { 'stop-web': true }));
  expect(app.dynos('web')).toEqual([]);
  expect(app.dynos('worker')).toEqual([]);

  const closing = closeWindow(window, current(app));
  await world.test.until(() => app.quantity('web') === 2);
  expect(app.app.maintenance).toBe(true);
  await closing;
  expect(app.app.maintenance).toBe(false);
  expect(app.dynos('web')).toEqual(['web.1', 'web.2']);
});

test('closing a second time, after web has come back in a first one, closes', async () => {
  const app = await world.app(undefined, { web: 1, worker: 1 });
  const window = await world.open(world.run(app.name, { 'stop-web': true, 'boot-timeout': '10s' }));
  await app.release({ web: 'node crash.js', worker: SLEEP });
  const first = await rejection(closeWindow(window, current(app)));
  expect(first.message).toContain('boot-timeout');
  expect(app.app.maintenance).toBe(true);

  await app.release({ web: WEB, worker: SLEEP });
  await closeWindow(window, current(app));
  expect(app.app.maintenance).toBe(false);
  expect(app.quantity('web')).toBe(1);
});

test.each([
  ['goes up and crashes right after', 'node crash.js', 1],
  ['is one of several, of which another one is well', 'node half.js', 2],
])('the page stays on over a web dyno that %s', async (_what, web, quantity) => {
  const app = await world.app(undefined, { web: quantity, worker: 1 }, { crashRestartMs: 50 });
  const window = await world.open(world.run(app.name, { 'boot-timeout': '20s' }));
  await app.release({ web, worker: SLEEP });
  const error = await rejection(closeWindow(window, current(app)));
  expect(error.message).toContain('`boot-timeout` is the limit');
  expect(error.message).toMatch(/Web dynos now: web\.1 /);
  expect(app.app.maintenance).toBe(true);
  expect(app.quantity('worker')).toBe(1);
});

test.each([
  ['whose web is scaled to zero', { web: WEB, worker: SLEEP }, { web: 0, worker: 1 }],
  ['without a web process', { worker: SLEEP }, { worker: 1 }],
])('an app %s has no web dyno to wait for', async (_what, types, formation) => {
  const app = await world.app(types, formation);
  const before = app.formation;
  const window = await world.open(world.run(app.name, { 'stop-web': true }));
  await closeWindow(window, current(app));
  expect(app.formation).toEqual(before);
  expect(app.app.maintenance).toBe(false);
});

test('a type that the release has dropped or renamed is reported, and nothing is scaled for it', async () => {
  const app = await world.app();
  const run = world.run(app.name);
  const window = await world.open(run);
  await app.release({ web: WEB, jobs: SLEEP });
  const { notBack } = await closeWindow(window, current(app));
  expect(notBack).toEqual(['worker: no such type any more; new, and without a dyno: jobs']);
  expect(app.formation).toEqual(['web=1:Standard-1X', 'jobs=0:Standard-1X']);
  expect(app.app.maintenance).toBe(false);
  expect(run.log.warnings.join('\n')).toContain('`heroku ps:scale jobs=1');
});

test('a new type is told, and is no failure', async () => {
  const app = await world.app();
  const run = world.run(app.name);
  const window = await world.open(run);
  await app.release({ web: WEB, worker: SLEEP, mailer: SLEEP });
  expect(await closeWindow(window, current(app))).toMatchObject({ notBack: [] });
  expect(run.log.warnings.join('\n')).toContain('New process types without a dyno: mailer');
  expect(app.quantity('worker')).toBe(2);
});

test('what somebody scaled or resized in the window is theirs', async () => {
  const app = await world.app({ web: WEB, worker: SLEEP, clock: SLEEP }, { web: 1, worker: 2, clock: 1 });
  const run = world.run(app.name);
  const window = await world.open(run);
  await app.act({ action: 'scale', formation: { worker: 1 } });
  await app.act({ action: 'resize', sizes: { clock: 'standard-2x' } });
  expect(await closeWindow(window, current(app))).toMatchObject({ notBack: [] });
  expect(app.formation).toEqual(['web=1:Standard-1X', 'worker=1:Standard-1X', 'clock=1:Standard-2X']);
  expect(run.log.warnings.join('\n')).toContain('left as they are: clock (Standard-2X), worker (1)');
});

test('what a failed release made Heroku forget is put back whole', async () => {
  const app = await world.app({ web: WEB, worker: SLEEP, clock: SLEEP }, { web: 3, worker: 2, clock: 0 });
  await app.act({ action: 'resize', sizes: { worker: 'standard-2x', clock: 'performance-m' } });
  const before = app.formation;
  const old = app.app.current;
  const run = world.run(app.name);
  await world.open(run);
  await app.release({ jobs: SLEEP });
  const { platform, account } = world.test.heroku;
  if (old.slug) platform.releases.deploy(app.app, account, old.slug);
  expect(app.formation).toEqual(['web=1:Standard-1X', 'worker=0:Standard-1X', 'clock=0:Standard-1X']);

  const undone = await run.undo.unwind(run.log);

  expect(undone.map(({ outcome }) => outcome)).toEqual(['undone', 'undone']);
  expect(app.formation).toEqual(before);
  expect(app.app.maintenance).toBe(false);
});

test('what one release of a held window lacked and the next one has again is put back whole', async () => {
  const app = await world.app();
  await app.act({ action: 'resize', sizes: { worker: 'standard-2x' } });
  const before = app.formation;
  const window = await world.open(world.run(app.name));
  await app.release({ web: WEB });
  await app.release({ web: WEB, worker: SLEEP });
  expect(await closeWindow(window, current(app))).toMatchObject({ notBack: [] });
  expect(app.formation).toEqual(before);
});

test('a release without web does not take the page off, because nobody would be served', async () => {
  const app = await world.app();
  const window = await world.open(world.run(app.name));
  await app.release({ wbe: WEB, worker: SLEEP });
  const error = await rejection(closeWindow(window, current(app)));
  expect(error.message).toContain('web could not be brought back');
  expect(error).toMatchObject({ why: 'The release has no such process type.' });
  expect(app.app.maintenance).toBe(true);
});

test('web that Heroku refuses to scale keeps the page on, too, and says Heroku’s reason', async () => {
  const app = await world.app();
  const window = await world.open(world.run(app.name, { 'stop-web': 'true' }));
  world.control.addFault({
    match: { surface: 'api', method: 'PATCH', path: `^/apps/${app.name}/formation$` },
    effect: { kind: 'status', status: 422, message: 'Cannot scale this now.' },
  });
  const error = await rejection(closeWindow(window, current(app)));
  world.control.clearFaults();
  expect(error).toMatchObject({ why: expect.stringContaining('web: ') as unknown });
  expect(error).toMatchObject({ next: expect.not.stringContaining('Procfile') as unknown });
  expect(app.app.maintenance).toBe(true);
});

test('a batch that Heroku refuses is sent again type by type; what is refused even so is reported', async () => {
  const app = await world.app({ web: WEB, worker: SLEEP, clock: SLEEP }, { web: 1, worker: 2, clock: 1 });
  const window = await world.open(world.run(app.name));
  const path = `^/apps/${app.name}/formation$`;
  // The batch, and both times the first of the single ones.
  for (const nth of [1, 2, 4]) {
    world.control.addFault({
      match: { surface: 'api', method: 'PATCH', path, nth },
      effect: { kind: 'status', status: 422, message: 'Cannot scale this now.' },
    });
  }
  const { notBack } = await closeWindow(window, current(app));
  world.control.clearFaults();
  expect(notBack).toEqual([expect.stringContaining('clock: ')]);
  expect(app.quantity('worker')).toBe(2);
  expect(app.quantity('clock')).toBe(0);
  expect(app.app.maintenance).toBe(false);
});

test.each([
  ['before its processes are back', false],
  ['while web is awaited', true],
])('another actor’s release, %s, keeps the page on and says whose it is', async (_when, late) => {
  const app = await world.app(undefined, undefined, { startDelayMs: 200 });
  const window = await world.open(world.run(app.name));
  const judged = await app.release({ web: WEB, worker: SLEEP });
  const strange = (): Promise<unknown> =>
    app.act({ action: 'config', vars: { COLOUR: 'red' }, as: 'colleague@example.com' });
  if (!late) await strange();
  const closing = rejection(closeWindow(window, { id: judged.id }));
  if (late) {
    await world.test.until(() => app.quantity('worker') === 2);
    await strange();
  }
  const error = await closing;
  expect(error).toMatchObject({ verdict: 'held' });
  expect(error.message).toContain('c…@example.com');
  expect(error.message).toContain('Set COLOUR config vars');
  expect(app.app.maintenance).toBe(true);
});

test('the page is not touched where somebody changed the app since preflight', async () => {
  const app = await world.app();
  const run = world.run(app.name);
  const { facts, journal } = await world.prepare(run);
  await app.act({ action: 'config', vars: { COLOUR: 'red' }, as: 'colleague@example.com' });
  await app.act({ action: 'scale', formation: { worker: 1 } });
  const error = await rejection(openWindow(run, facts, journal));
  expect(error).toMatchObject({ verdict: 'refused' });
  expect(error.message).toContain('c…@example.com is current now');
  expect(error.message).toContain('the process type worker');
  expect(app.changes).toEqual([]);
  expect(run.undo.size).toBe(0);
});
