import { formatDuration } from '../time/format.ts';
import type { Progress } from './deploy-state.ts';
import type { PhaseRecord } from './phases.ts';

/**
 * How long this run had the window open, and what each phase cost of that, in a few lines; none where there
 * was no window. `now` is in milliseconds since the epoch.
 */
export function describeWindowCost(
  { window, windowOpenedAt: from, windowClosedAt, journal }: Progress,
  phases: readonly PhaseRecord[],
  now: number,
): readonly string[] {
  if (window === undefined || from === undefined) return [];
  const until = windowClosedAt ?? now;
  const costs = phases.flatMap(({ name, startedAt, durationMs }): [string, number][] => {
    const began = Date.parse(startedAt);
    const cost = Math.min(began + durationMs, until) - Math.max(began, from);
    return cost > 0 ? [[name, cost]] : [];
  });
  const rest = until - from - costs.reduce((sum, [, cost]) => sum + cost, 0);
  // What is in no phase is what followed a failure.
  if (rest >= 1_000) costs.push(['putting things back', rest]);
  const isOpen = windowClosedAt === undefined && journal?.current.status === 'held';
  const width = Math.max(...costs.map(([name]) => name.length));
  return [
    `The window ${isOpen ? 'has been' : 'was'} open for ${formatDuration(until - from)}, of which:`,
    ...costs.map(([name, cost]) => `  ${name.padEnd(width)}  ${formatDuration(cost)}`),
  ];
}
