import { formatDuration } from '../time/format.ts';
import type { Progress } from './deploy-state.ts';
import type { PhaseRecord } from './phases.ts';

/**
 * How long this run had the window open, and what each phase cost of that, in a few lines; none where there
 * was no window. `now` is in milliseconds since the epoch.
 */
export function describeWindowCost(
  progress: Progress,
  phases: readonly PhaseRecord[],
  now: number,
): readonly string[] {
  const { window, windowOpenedAt: from, windowClosedAt: until = now, journal } = progress;
  if (window === undefined || from === undefined) return [];
  const costs = withWindowCost(progress, phases, now).flatMap(({ name, windowMs }): [string, number][] =>
    windowMs > 0 ? [[name, windowMs]] : [],
  );
  const rest = until - from - costs.reduce((sum, [, cost]) => sum + cost, 0);
  // What is in no phase is what followed a failure.
  if (rest >= 1_000) costs.push(['putting things back', rest]);
  const isOpen = progress.windowClosedAt === undefined && journal?.current.status === 'held';
  const width = Math.max(...costs.map(([name]) => name.length));
  return [
    `The window ${isOpen ? 'has been' : 'was'} open for ${formatDuration(until - from)}, of which:`,
    ...costs.map(([name, cost]) => `  ${name.padEnd(width)}  ${formatDuration(cost)}`),
  ];
}

/** The phases, each with how long of it the window was open; `now` is in milliseconds since the epoch. */
export function withWindowCost(
  { windowOpenedAt: from = Infinity, windowClosedAt: until }: Progress,
  phases: readonly PhaseRecord[],
  now: number,
): readonly (PhaseRecord & { readonly windowMs: number })[] {
  return phases.map((phase) => {
    const began = Date.parse(phase.startedAt);
    const cost = Math.min(began + phase.durationMs, until ?? now) - Math.max(began, from);
    return { ...phase, windowMs: Math.max(cost, 0) };
  });
}
