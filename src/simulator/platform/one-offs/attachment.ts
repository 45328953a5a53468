/** Whoever is attached to a one-off dyno. */
export interface AttachedClient {
  /** Takes output. The process has to wait while a promise that was returned is pending. */
  write(chunk: Buffer): void | Promise<void>;
  /** There will be no more output: the dyno has ended. */
  end(): void;
}

/** A one-off dyno's process, for whoever is attached to it. */
export interface AttachedProcess {
  /** What a client has typed, control characters included. */
  receive(bytes: Buffer): void;
  /** The client is gone: SIGHUP, which a process may survive. */
  hangUp(): void;
  /** SIGKILL. */
  kill(): void;
}
