/** What the commands of the executable get from the process. */
export interface Edge {
  out(text: string): void;
  err(text: string): void;
  /** Aborted by SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
  /** Sets the exit code that the process ends with. */
  endWith(exitCode: number): void;
}
