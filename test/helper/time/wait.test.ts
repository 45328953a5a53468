import type { Clock } from '../../../src/helper/ports/clock.ts';
import { Budget } from '../../../src/helper/time/budget.ts';
import { formatDuration } from '../../../src/helper/time/format.ts';
import { systemClock } from '../../../src/helper/time/system-clock.ts';
import { TimedOut, waitFor } from '../../../src/helper/time/wait.ts';

/** Time that passes only by sleeping. */
function steppedClock(): Clock & { slept: number[] } {
  let now = 1_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
      await Promise.resolve();
    },
  };
}

test('asks quickly at first, and never less often than every five seconds', async () => {
  const clock = steppedClock();
  let asked = 0;
  await waitFor(async () => (++asked === 20 ? true : undefined), {
    clock,
    limit: { ms: 600_000, parameter: 'x' },
    what: 'it',
  });
  expect(clock.slept[0]).toBeLessThanOrEqual(500);
  expect(Math.max(...clock.slept)).toBe(5_000);
});

test('the time-out names its parameter, and the last look is after the last sleep', async () => {
  const clock = steppedClock();
  let asked = 0;
  const wait = waitFor(async () => void (asked += 1), {
    clock,
    limit: { ms: 10_000, parameter: 'build-timeout' },
    what: 'the build',
  });
  await expect(wait).rejects.toBeInstanceOf(TimedOut);
  await expect(wait).rejects.toMatchObject({ parameter: 'build-timeout', verdict: 'failed' });
  expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(10_000);
  expect(asked).toBe(clock.slept.length + 1);
});

test('an abort ends the wait with the signal’s reason', async () => {
  const controller = new AbortController();
  const reason = new Error('stop');
  const wait = waitFor(async () => undefined, {
    clock: systemClock,
    limit: { ms: 60_000, parameter: 'x' },
    what: 'it',
    signal: controller.signal,
  });
  controller.abort(reason);
  await expect(wait).rejects.toBe(reason);
});

test('polling slows down when the API asks for it', async () => {
  const clock = steppedClock();
  let asked = 0;
  await waitFor(async () => (++asked === 3 ? true : undefined), {
    clock,
    limit: { ms: 600_000, parameter: 'x' },
    what: 'it',
    slowdown: () => 4,
  });
  expect(clock.slept).toEqual([1_000, 1_500]);
});

test('no wait may use what the deadline keeps for closing', () => {
  const clock = steppedClock();
  const budget = new Budget(clock, 10 * 60_000);
  expect(budget.limit({ ms: 60_000, parameter: 'build-timeout' })).toEqual({
    ms: 60_000,
    parameter: 'build-timeout',
  });
  expect(budget.limit({ ms: 20 * 60_000, parameter: 'build-timeout' })).toEqual({
    ms: 5 * 60_000,
    parameter: 'deadline',
  });
  expect(budget.closing().ms).toBe(10 * 60_000);
});

test('a deadline that leaves no time is refused', () => {
  expect(() => new Budget(steppedClock(), 5 * 60_000)).toThrow(/deadline/);
});

test.each([
  [0, '0.0 s'],
  [420, '0.4 s'],
  [12_300, '12 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [4_800_000, '1 h 20 min'],
])('%d ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
