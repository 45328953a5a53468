/** Where a run tells people what it does. Implementations mask secrets before a byte leaves the process. */
export interface Log {
  /** A sentence about what the run does or found. */
  info(text: string): void;
  /** Something a person should look at, though the run goes on. */
  warn(text: string): void;
  /**
   * Somebody else's output, such as a build's or a migration's, as it comes: one line, or more of them with a
   * line feed between. A secret is only known where it is given in one piece.
   */
  output(source: string, lines: string): void;
  /** The text as it may be printed or kept: without secrets and control characters. */
  clean(text: string): string;
  /** Values that must never be printed from now on, in plain or in base64. */
  addSecret(value: string): void;
}
