/** Why the orb is not published, and the command that goes on from there. */
export interface Obstacle {
  readonly what: string;
  readonly next: string;
}

/** Both as lines for people. */
export function obstacleLines({ what, next }: Obstacle): string[] {
  return [`REFUSED: ${what}`, `  Next: ${next}`];
}
