import type { Verdict } from './exit-codes.ts';

/** The three parts every error owes its reader, and the parameter at fault where there is one. */
export interface ErrorParts {
  /** What happened, in one sentence. */
  readonly what: string;
  /** Why, as far as it is known. */
  readonly why?: string;
  /** The next command to run or setting to change. */
  readonly next?: string;
  /** The parameter at fault, by its kebab-case name. */
  readonly parameter?: string;
  readonly cause?: unknown;
}

/** An error that a person reads: it says what happened, why, and what to do next. Never holds a secret. */
export class HerokuCdError extends Error {
  readonly verdict: Verdict;
  readonly what: string;
  readonly why: string | undefined;
  readonly next: string | undefined;
  readonly parameter: string | undefined;

  constructor(verdict: Verdict, parts: ErrorParts) {
    super(
      [parts.what, parts.why].filter(Boolean).join(' '),
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.name = 'HerokuCdError';
    this.verdict = verdict;
    this.what = parts.what;
    this.why = parts.why;
    this.next = parts.next;
    this.parameter = parts.parameter;
  }
}

/** The parts of an error, for one that has more to say. */
export function partsOf(error: HerokuCdError): ErrorParts {
  const { what, why, next, parameter } = error;
  return {
    what,
    ...(why === undefined ? {} : { why }),
    ...(next === undefined ? {} : { next }),
    ...(parameter === undefined ? {} : { parameter }),
    cause: error,
  };
}

/** Bad usage, configuration or credentials, found before anything was changed (exit 2). */
export class Refusal extends HerokuCdError {
  constructor(parts: ErrorParts) {
    super('refused', parts);
  }
}

/** It failed, and the app is as it was found (exit 1), unless the undo stack says otherwise. */
export class Failure extends HerokuCdError {
  constructor(parts: ErrorParts) {
    super('failed', parts);
  }
}

/** The end of something that had begun could not be learned (exit 4). */
export class UnknownOutcome extends HerokuCdError {
  constructor(parts: ErrorParts) {
    super('unknown', parts);
  }
}

/** The run was told to stop by a signal. */
export class Interrupted extends HerokuCdError {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super('interrupted', { what: `Interrupted by ${signal}.`, next: 'Run the job again.' });
    this.signal = signal;
  }
}
