import type { Figure, FigureId } from './figures.ts';

/**
 * What each ratio should stay below. Each aim is what was measured when it was set (first number), and a
 * margin of a quarter or so for other machines; set it anew, here and nowhere else, when a figure gets
 * better for good or worse for a good reason.
 */
export const AIMS: Readonly<Record<FigureId, number>> = {
  'start-up-time': 1.9,
  'start-up-memory': 1.5,
  'doctor-time': 6,
  'doctor-memory': 1.7,
  'install-time': 3,
  'deploy-100': 5,
  'deploy-1000': 5,
};

/** A figure that is worse than its aim by more than this share has missed it. */
export const TOLERANCE = 0.2;

/** What is wrong with the figures, in a sentence for each that missed its aim. */
export function missedAims(
  figures: readonly Figure[],
  aims: Readonly<Record<FigureId, number>> = AIMS,
): string[] {
  return figures.flatMap(({ id, measured, against, ratio }) => {
    const limit = aims[id] * (1 + TOLERANCE);
    if (ratio.median <= limit) return [];
    const [is, most] = [ratio.median.toFixed(2), limit.toFixed(2)];
    return [`${id}: ${measured} is ${is} times ${against}; its aim is ${aims[id]}, and ${most} the most.`];
  });
}
