import type { Progress } from '../../../src/helper/deployment/deploy-state.ts';
import type { PhaseName, PhaseRecord } from '../../../src/helper/deployment/phases.ts';
import { describeWindowCost, withWindowCost } from '../../../src/helper/deployment/window-cost.ts';

const START = Date.parse('2026-01-01T12:00:00Z');
const phase = (name: PhaseName, from: number, seconds: number): PhaseRecord => ({
  name,
  startedAt: new Date(START + from * 1000).toISOString(),
  durationMs: seconds * 1000,
  outcome: 'succeeded',
});
const PHASES = [phase('preflight', 0, 9), phase('open window', 10, 10), phase('ship', 20, 60)];

function cost(progress: Partial<Progress>, now: number): readonly string[] {
  const window = {} as NonNullable<Progress['window']>;
  return describeWindowCost(
    { notBack: [], database: 'untouched', window, ...progress },
    PHASES,
    START + now * 1000,
  );
}

test('counts from when the page went on to when it came off, and only what lies between', () => {
  const times = { windowOpenedAt: START + 15_000, windowClosedAt: START + 75_000 };
  expect(cost(times, 100)).toEqual([
    'The window was open for 1 min, of which:',
    '  open window  5.0 s',
    '  ship         55 s',
  ]);
});

test('what is in no phase put things back', () => {
  expect(cost({ windowOpenedAt: START + 15_000 }, 90)).toEqual([
    'The window was open for 1 min 15 s, of which:',
    '  open window          5.0 s',
    '  ship                 1 min',
    '  putting things back  10 s',
  ]);
});

test('a window that is held is open still', () => {
  const journal = { current: { status: 'held' } } as NonNullable<Progress['journal']>;
  expect(cost({ windowOpenedAt: START + 20_000, journal }, 80)[0]).toBe(
    'The window has been open for 1 min, of which:',
  );
});

test('nothing is said where there was no window', () => {
  expect(describeWindowCost({ notBack: [], database: 'untouched' }, PHASES, START)).toEqual([]);
});

test('each phase carries its milliseconds, and none where there was no window', () => {
  const progress: Progress = { notBack: [], database: 'untouched' };
  const costs = (times: Partial<Progress>): readonly number[] =>
    withWindowCost({ ...progress, ...times }, PHASES, START + 90_000).map(({ windowMs }) => windowMs);
  expect(costs({})).toEqual([0, 0, 0]);
  expect(costs({ windowOpenedAt: START + 15_000 })).toEqual([0, 5_000, 60_000]);
  expect(costs({ windowOpenedAt: START + 15_000, windowClosedAt: START + 75_000 })).toEqual([
    0, 5_000, 55_000,
  ]);
});
