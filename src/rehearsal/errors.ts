import type { Place } from './document/places.ts';

/** Where in a configuration something is wrong, in the words of the configuration. */
export interface ConfigErrorParts {
  /** CircleCI's own wording of the fault, without place and callers. */
  readonly reason: string;
  readonly place?: Place | undefined;
  /** The element, outermost first, such as `['workflow main', 'job heroku-cd/deploy', 'step 3']`. */
  readonly element?: readonly string[];
  /** The parameter at fault. */
  readonly parameter?: string | undefined;
  /** CircleCI's lines about the callers, such as `Error calling job: 'build'`. */
  readonly calls?: readonly string[];
}

/** A fault of a configuration or orb: the message names file, line, element and parameter. */
export class ConfigError extends Error {
  readonly reason: string;
  readonly place: Place | undefined;
  readonly element: string;
  readonly parameter: string | undefined;
  /** What CircleCI prints for this fault: its lines about the callers, then the reason. */
  readonly wording: string;

  constructor(parts: ConfigErrorParts) {
    const element = (parts.element ?? []).join(', ');
    const wording = [...(parts.calls ?? []), parts.reason];
    const where = [
      parts.place === undefined
        ? undefined
        : `${parts.place.file}:${String(parts.place.line)}:${String(parts.place.column)}`,
      element === '' ? undefined : element,
      parts.parameter === undefined ? undefined : `parameter ${parts.parameter}`,
    ].filter((part) => part !== undefined);
    super([where.join(', '), ...wording.map((line) => `  ${line}`)].filter((line) => line !== '').join('\n'));
    this.name = 'ConfigError';
    this.reason = parts.reason;
    this.place = parts.place;
    this.element = element;
    this.parameter = parts.parameter;
    this.wording = wording.join('\n');
  }
}

/** A rehearsal that cannot start: a bad option, a missing file, a host it must not talk to. */
export class RehearsalError extends Error {
  /** The option or field at fault, when there is one. */
  readonly field: string | undefined;

  constructor(message: string, field?: string) {
    super(message);
    this.name = 'RehearsalError';
    this.field = field;
  }
}

/** The message of anything that was thrown; errors of other realms (a test runner's) are no instances of `Error`. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' &&
    error !== null &&
    'message' in error &&
    typeof error.message === 'string'
    ? error.message
    : String(error);
}
