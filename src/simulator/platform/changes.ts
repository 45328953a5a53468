/** Tells whoever waits that the platform's state is no longer what it was. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` after each change; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with the first value of `read` that is not undefined: now, or after some change. */
  async until<T>(read: () => T | undefined, signal?: AbortSignal): Promise<T> {
    const now = read();
    if (now !== undefined) return now;
    signal?.throwIfAborted();
    return new Promise<T>((resolve, reject) => {
      const finish = (settle: () => void) => {
        unsubscribe();
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const onAbort = () =>
        finish(() => reject(signal?.reason instanceof Error ? signal.reason : new Error('Aborted')));
      const unsubscribe = this.subscribe(() => {
        try {
          const value = read();
          if (value !== undefined) finish(() => resolve(value));
        } catch (error) {
          finish(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
