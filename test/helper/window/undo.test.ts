import { restartDynos } from '../../../src/helper/deployment/restart.ts';
import { closeWindow } from '../../../src/helper/window/close.ts';
import { switchPrebootOff } from '../../../src/helper/window/preboot.ts';
import {
  rejection,
  SkippingClock,
  SLEEP,
  type TestApp,
  type TestRun,
  untilAsked,
  WEB,
  WindowWorld,
} from './support/window-world.ts';

let world: WindowWorld;
beforeAll(async () => {
  world = await WindowWorld.start();
});
afterAll(() => world.close());
afterEach(() => world.control.clearFaults());

const outage = { kind: 'status', status: 503 } as const;

test('closing goes on through an outage that lasts longer than any call is repeated', async () => {
  const app = await world.app();
  const before = app.formation;
  const run = world.run(app.name);
  const window = await world.open(run);
  // Two calls' worth of tries each, for the processes and for the page.
  for (const path of [`^/apps/${app.name}/formation$`, `^/apps/${app.name}$`]) {
    world.control.addFault({
      match: { surface: 'api', method: 'PATCH', path, nth: 1, times: 7 },
      effect: outage,
    });
  }
  await closeWindow(window, { id: app.app.current.id });
  expect(app.formation).toEqual(before);
  expect(app.app.maintenance).toBe(false);
  expect(
    run.log.warnings.filter((one) => one.includes('trying again until `deadline`')).length,
  ).toBeGreaterThan(1);
});

test('undoing does so, too, and the deadline ends it', async () => {
  const app = await world.app();
  const clock = new SkippingClock();
  const run = world.run(app.name, { deadline: '20m' }, clock);
  await world.open(run);
  world.control.addFault({
    match: { surface: 'api', method: 'PATCH', path: `^/apps/${app.name}` },
    effect: outage,
  });
  clock.skipWaits();
  const undone = await run.undo.unwind(run.log);
  expect(undone.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  // Twenty minutes of the run's clock; the 30 s are what closing is always given.
  expect(run.budget.closing().ms).toBe(30_000);
});

test('an undo that is refused keeps neither the others from running nor the page from staying', async () => {
  const app = await world.app({ web: WEB, worker: SLEEP, clock: SLEEP }, { web: 1, worker: 2, clock: 1 });
  const run = world.run(app.name);
  await world.open(run);
  const ran: string[] = [];
  run.undo.push({
    what: 'something else',
    run: () => {
      ran.push('something else');
      return Promise.reject(new Error('It cannot be undone.'));
    },
  });
  // The batch and, in both rounds, the clock.
  for (const nth of [1, 2, 4]) {
    world.control.addFault({
      match: { surface: 'api', method: 'PATCH', path: `^/apps/${app.name}/formation$`, nth },
      effect: { kind: 'status', status: 422, message: 'Cannot scale this now.' },
    });
  }
  const undone = await run.undo.unwind(run.log);
  expect(ran).toEqual(['something else']);
  expect(undone.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed']);
  expect(undone[2]?.why).toContain('stays on, because clock could not be brought back');
  expect(app.quantity('worker')).toBe(2);
  expect(app.app.maintenance).toBe(true);
});

test('a page that cannot be taken off leaves processes that are back', async () => {
  const app = await world.app();
  const before = app.formation;
  const run = world.run(app.name);
  await world.open(run);
  world.control.addFault({
    match: { surface: 'api', method: 'PATCH', path: `^/apps/${app.name}$` },
    effect: { kind: 'permission-lost' },
  });
  const undone = await run.undo.unwind(run.log);
  expect(undone.map(({ outcome }) => outcome)).toEqual(['undone', 'failed']);
  expect(app.formation).toEqual(before);
});

test('a scaling whose answer is lost is undone, too', async () => {
  const app = await world.app();
  const before = app.formation;
  const run = world.run(app.name);
  world.control.addFault({
    match: { surface: 'api', method: 'PATCH', path: `^/apps/${app.name}/formation$`, nth: 1, times: 5 },
    effect: { kind: 'reset', when: 'after-effect' },
  });
  await rejection(world.open(run));
  expect(app.quantity('worker')).toBe(0);
  world.control.clearFaults();
  const undone = await run.undo.unwind(run.log);
  expect(undone.map(({ outcome }) => outcome)).toEqual(['undone', 'undone']);
  expect(app.formation).toEqual(before);
  expect(app.app.maintenance).toBe(false);
});

test('a restart that was not answered is not sent again because of a one-off dyno', async () => {
  const app = await world.app();
  await app.act({ action: 'one-off', command: 'exec sleep 600', type: 'scheduler' });
  await world.test.until(() => app.dynos('scheduler').length === 1);
  const run = world.run(app.name);
  const { journal } = await world.prepare(run);
  world.control.addFault({
    match: { surface: 'api', method: 'DELETE', path: `^/apps/${app.name}/dynos$`, nth: 1 },
    effect: { kind: 'reset', when: 'after-effect' },
  });
  await restartDynos(run, journal);
  expect(app.changes).toEqual(['DELETE /dynos']);
});

test('a window is not undone while a release is pending, which nobody can stop', async () => {
  const app = await world.app();
  const run = world.run(app.name);
  await world.open(run);
  const pending = app.release({ web: WEB, worker: SLEEP, release: 'exec sleep 600' });
  await world.test.until(() => app.app.releases.some(({ status }) => status === 'pending'));
  const undone = await run.undo.unwind(run.log);
  expect(undone.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  expect(undone[1]?.why).toContain('is pending');
  expect(app.quantity('worker')).toBe(0);
  expect(app.app.maintenance).toBe(true);
  await app.act({ action: 'expire-release' });
  await pending;
});

describe('a change that a signal has cut off, and that Heroku carries out only after its undoing has looked', () => {
  /** Begins until the change is under way, stops the run, and lets the change come late, if at all. */
  async function cutOff(
    path: string,
    late?: (app: TestApp) => Promise<unknown>,
    begin: (run: TestRun, app: TestApp) => Promise<unknown> = (run) => world.open(run),
  ): Promise<[TestApp, TestRun]> {
    const app = await world.app();
    const stop = new AbortController();
    const run = world.run(app.name, {}, undefined, stop);
    const stall = world.control.addFault({
      match: { surface: 'api', method: 'PATCH', path: `^/apps/${app.name}${path}$`, nth: 1 },
      effect: { kind: 'stall', when: 'before-effect' },
    });
    const begun = rejection(begin(run, app));
    // A request is listed once it has ended; a fault counts as soon as it comes.
    await untilAsked(() => stall.applied > 0);
    stop.abort(new Error('stop'));
    await begun;
    world.control.clearFaults();
    const known = app.looks;
    const undone = run.undo.unwind(run.log);
    await untilAsked(() => app.looks > known + 3);
    await late?.(app);
    expect((await undone).map(({ outcome }) => outcome)).not.toContain('failed');
    return [app, run];
  }

  test('the page', async () => {
    const [app] = await cutOff('', (one) => one.act({ action: 'maintenance', enabled: true }));
    expect(app.app.maintenance).toBe(false);
  });

  test('processes', async () => {
    const [app] = await cutOff('/formation', (one) => one.act({ action: 'scale', formation: { worker: 0 } }));
    expect(app.formation).toEqual(['web=1:Standard-1X', 'worker=2:Standard-1X']);
    expect(app.app.maintenance).toBe(false);
  });

  test('preboot', async () => {
    const preboot = (one: TestApp): boolean | undefined =>
      one.app.features.find(({ name }) => name === 'preboot')?.enabled;
    const [app] = await cutOff(
      '/features/preboot',
      (one) => one.act({ action: 'feature', name: 'preboot', enabled: false }),
      async (run, one) => {
        await one.act({ action: 'feature', name: 'preboot', enabled: true });
        const { journal } = await world.prepare(run, { prebootOff: true });
        await switchPrebootOff(run, journal);
      },
    );
    expect(app.changes).toEqual(['PATCH /features/preboot', 'PATCH /features/preboot']);
    expect(preboot(app)).toBe(true);
  });

  test('one that never comes is no fault, and is not waited for longer than Heroku may take', async () => {
    const [app, run] = await cutOff('');
    expect(app.changes).toEqual(['PATCH /']);
    expect(app.app.maintenance).toBe(false);
    const { unansweredAt = 0 } = run.ports.closingHeroku;
    expect(run.ports.clock.now() - unansweredAt).toBeGreaterThan(30_000);
  });
});

test('what was answered is not waited for', async () => {
  const app = await world.app();
  const run = world.run(app.name);
  world.control.addFault({
    match: { surface: 'api', method: 'PATCH', path: `^/apps/${app.name}$`, nth: 1 },
    effect: { kind: 'status', status: 422, message: 'Not now.' },
  });
  await rejection(world.open(run));
  world.control.clearFaults();
  const looks = app.looks;
  expect(await run.undo.unwind(run.log)).toMatchObject([{ outcome: 'nothing-to-do' }]);
  expect(app.looks - looks).toBe(1);
});
