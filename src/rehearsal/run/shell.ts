import { existsSync } from 'node:fs';
import { RehearsalError } from '../errors.ts';

/** Linux's MAX_ARG_STRLEN: one argument or one `NAME=value`, its closing NUL included. */
const MAX_ARGUMENT_BYTES = 131_072;

/**
 * The shell of a step without `shell`: bash when there is one, else sh, not a login shell.
 * Source: Configuration reference, "Default shell options".
 */
export function defaultShell(): string {
  return existsSync('/bin/bash') ? '/bin/bash -eo pipefail' : '/bin/sh -eo pipefail';
}

/**
 * Splits a `shell` value into words; quotes keep blanks together.
 * @throws RehearsalError for an empty value or an open quote.
 */
export function shellWords(shell: string): string[] {
  const words: string[] = [];
  const rest = shell.replace(/\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)/g, (_, word: string) => {
    words.push(word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
    return '';
  });
  if (words.length === 0 || rest.trim() !== '') {
    throw new RehearsalError(`shell ${JSON.stringify(shell)} cannot be split into words.`, 'shell');
  }
  return words;
}

/**
 * The arguments that start a step: the shell's words, `-c`, and the whole command as one argument, as CircleCI's agent
 * hands it over.
 */
export function shellArguments(shell: string | undefined, command: string): string[] {
  return [...shellWords(shell ?? defaultShell()), '-c', command];
}

/**
 * What keeps the kernel from starting a step: an argument or variable that is too long, or a NUL in one of them. Checked
 * here so that the limit holds on every machine.
 */
export function startFault(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): string | undefined {
  for (const argument of argv) {
    const bytes = Buffer.byteLength(argument);
    if (bytes >= MAX_ARGUMENT_BYTES) {
      return (
        `fork/exec ${argv[0] ?? ''}: argument list too long: the command has ${String(bytes)} bytes, and Linux takes at ` +
        `most ${String(MAX_ARGUMENT_BYTES - 1)} in one argument. Split the step, or read the data from a file.`
      );
    }
    if (argument.includes('\0')) return 'the command holds a NUL character, which no argument can carry.';
  }
  for (const [name, value] of Object.entries(env)) {
    const bytes = Buffer.byteLength(name) + 1 + Buffer.byteLength(value);
    if (bytes >= MAX_ARGUMENT_BYTES) {
      return (
        `fork/exec ${argv[0] ?? ''}: argument list too long: the environment variable ${name} has ${String(bytes)} bytes ` +
        `with its name, and Linux takes at most ${String(MAX_ARGUMENT_BYTES - 1)}.`
      );
    }
    if (value.includes('\0')) return `the environment variable ${name} holds a NUL character.`;
  }
  return undefined;
}
