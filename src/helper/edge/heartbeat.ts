import type { PhaseRunner } from '../deployment/phases.ts';
import type { LineLog } from '../output/log.ts';
import { formatDuration } from '../time/format.ts';

/** CircleCI ends a step that prints nothing for long (`no_output_timeout`); this is well below any limit. */
const SILENCE_MS = 45_000;

/**
 * Says something whenever a run has been silent for 45 seconds, or, where its waits pass `lapse` times
 * faster, for as long as those would take there. Call the result to stop.
 */
export function startHeartbeat(
  log: LineLog,
  phases: PhaseRunner,
  now: () => number,
  lapse: number,
): () => void {
  const timer = setInterval(() => {
    if (now() - log.lastLineAt < SILENCE_MS / lapse) return;
    const phase = phases.current === undefined ? 'at work' : `in phase ${phases.current}`;
    log.info(`... still ${phase}, ${formatDuration(phases.elapsedMs)} so far`);
  }, 5_000 / lapse);
  timer.unref();
  return () => clearInterval(timer);
}
