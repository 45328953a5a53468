import { deploy } from '../../../src/helper/deployment/deploy.ts';
import { systemClock } from '../../../src/helper/time/system-clock.ts';
import { Budget } from '../../../src/helper/time/budget.ts';
import { InstantClock } from '../../support/instant-clock.ts';
import { WindowWorld } from '../window/support/window-world.ts';

const MINUTE = 60_000;
const limit = { ms: 20 * MINUTE, parameter: 'build-timeout' };

test('a deadline counts from where the run began, also in another process', () => {
  const clock = new InstantClock();
  const budget = new Budget(clock, 50 * MINUTE);
  budget.countFrom(clock.now() - 30 * MINUTE);
  expect(budget.limit(limit)).toEqual({ ms: 15 * MINUTE, parameter: 'deadline' });
  expect(budget.closing().ms).toBe(20 * MINUTE);
});

test('a beginning that is said to be yet to come gives no more time', () => {
  const clock = new InstantClock();
  const budget = new Budget(clock, 50 * MINUTE);
  budget.countFrom(clock.now() + 30 * MINUTE);
  expect(budget.closing().ms).toBe(50 * MINUTE);
});

test('a second half that begins when the deadline is over is refused, and changes nothing', async () => {
  const world = await WindowWorld.start();
  try {
    const app = await world.app();
    const run = world.run(app.name, { maintenance: 'always' });
    const { journal } = await world.prepare(run);
    const startedAt = new Date(Date.now() - 46 * MINUTE).toISOString();
    await journal.note({ phases: [{ name: 'preflight', startedAt, durationMs: 1_000 }] });
    const result = await deploy(run.ports, run.settings, { half: 'continue' });
    expect(result).toMatchObject({
      verdict: 'refused',
      error: { what: expect.stringMatching(/^deadline: it is over/) },
    });
    expect(app.changes).toEqual([]);
  } finally {
    await world.close();
  }
});

test('a clock that is set while a run lasts does not move its time', () => {
  const before = systemClock.now();
  const spy = jest.spyOn(Date, 'now').mockReturnValue(0);
  try {
    expect(systemClock.now() - before).toBeLessThan(MINUTE);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  } finally {
    spy.mockRestore();
  }
});
