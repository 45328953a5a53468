/** Exit codes and the verdicts they stand for: a contract with pipelines, so numbers never move. */
export const EXIT = {
  succeeded: 0,
  failed: 1,
  refused: 2,
  held: 3,
  unknown: 4,
  incomplete: 5,
  interrupted: 130,
  terminated: 143,
} as const;

/** What a run came to, in the words of `result.json`. */
export type Verdict = 'succeeded' | 'failed' | 'refused' | 'held' | 'unknown' | 'incomplete' | 'interrupted';

/** The exit code of a verdict; an interruption has one for SIGINT and one for SIGTERM and SIGHUP. */
export function exitCodeOf(verdict: Verdict, signal?: NodeJS.Signals): number {
  if (verdict === 'interrupted') return signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  return EXIT[verdict];
}
