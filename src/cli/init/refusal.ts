/** Nothing was written, and why: every reason at once, each a sentence that says what to do. */
export class InitRefused extends Error {
  override readonly name = 'InitRefused';

  constructor(readonly reasons: readonly string[]) {
    super(reasons.join('\n'));
  }
}

/** Somebody pressed Ctrl-C, or answered that nothing shall be written. */
export class InitStopped extends Error {
  override readonly name = 'InitStopped';
}
