import type { CommandName } from './commands.ts';

/**
 * The shape of a parameter. One definition feeds the orb's parameters, the command line, the validation
 * and the reference documentation; nothing else in the project lists parameters.
 */

/** `env-var-name` holds the name of the variable that holds the value, as CircleCI's `env_var_name` does. */
export type ParameterType = 'string' | 'boolean' | 'enum' | 'duration' | 'env-var-name';

export interface ParameterDefinition {
  /** Kebab-case; the same word in the orb and, behind `--`, on the command line. */
  readonly name: string;
  readonly type: ParameterType;
  /** As the orb declares it; a string may name a variable (`$CIRCLE_SHA1`). */
  readonly default: string | boolean;
  /** What an `enum` may be. */
  readonly values?: readonly string[];
  /** For the orb's registry page, `--help` and the reference: whole sentences, no markup but `code`. */
  readonly description: string;
  readonly commands: readonly CommandName[];
  /** Says what is wrong with a value, or nothing. Gets the value after substitution, never an empty one. */
  readonly check?: (value: string) => string | undefined;
  /** In place of a default whose variable is not set, for these commands alone: those that change nothing. */
  readonly otherwise?: { readonly value: string; readonly commands: readonly CommandName[] };
  /** Must not be empty once defaults and substitution are done: for every command, or for these. */
  readonly required?: true | readonly CommandName[];
  /** Commands whose plain words on the command line are the value, with no flag before them. */
  readonly words?: readonly CommandName[];
  /** A shell reads the value, so `$NAME` in it is left to that shell. */
  readonly verbatim?: true;
  /** Only on the command line, such as where to write a file. */
  readonly commandLineOnly?: true;
}

/** `app-name` → `HEROKU_CD_APP_NAME`: how the orb's steps hand a parameter to the helper. */
export function environmentName(parameter: string): string {
  return `HEROKU_CD_${parameter.replaceAll('-', '_').toUpperCase()}`;
}
