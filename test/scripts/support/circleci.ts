import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One call of the stand-in: its arguments, and the token that it was given. */
export interface CircleCiCall {
  readonly args: readonly string[];
  readonly token: string;
}

/** How the stand-in answers one of its commands; exit code 0 and silence where nothing else is said. */
export interface CircleCiAnswer {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** Commands of the CircleCI CLI that publishing uses. */
export interface CircleCiAnswers {
  readonly version?: CircleCiAnswer;
  readonly source?: CircleCiAnswer;
  readonly publish?: CircleCiAnswer;
}

/** What the CLI says of a version that the registry does not have, before version 1 and since. */
export const NOT_THERE = {
  v0: {
    code: 255,
    stderr:
      "Error: no Orb 'acme/heroku-cd@1.0.0' was found; please check that the Orb reference is correct\n",
  },
  v1: { code: 5, stderr: 'Error: Orb version not found\n' },
} as const;
export const VERSION = {
  v0: { stdout: '0.1.30995+c07ae2f (release)\n' },
  v1: { stdout: 'circleci version 1.4.0\n' },
} as const;

/** A `circleci` that stands for the real one: it notes how it is called, and answers as it is told to. */
export class CircleCiStandIn {
  /** The folder to put on the PATH. */
  readonly folder: string;
  readonly #log: string;

  constructor(where: string, answers: CircleCiAnswers) {
    this.folder = join(where, 'circleci-bin');
    this.#log = join(where, 'circleci-calls');
    mkdirSync(this.folder, { recursive: true });
    const file = join(this.folder, 'circleci');
    writeFileSync(
      file,
      [
        '#!/bin/sh',
        `{ printf '%s\\0' "$@"; printf '%s\\0\\n' "\${CIRCLECI_CLI_TOKEN:-}"; } >> ${quoted(this.#log)}`,
        'case "$1 ${2:-}" in',
        ...this.#branch('version*', answers.version),
        ...this.#branch('orb\\ source', answers.source),
        ...this.#branch('orb\\ publish', answers.publish),
        '*) echo "unknown command $*" >&2; exit 64 ;;',
        'esac',
        '',
      ].join('\n'),
    );
    chmodSync(file, 0o755);
  }

  get calls(): CircleCiCall[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, 'utf8').split('\0\n').slice(0, -1);
    return lines.map((line) => {
      const words = line.split('\0');
      return { args: words.slice(0, -1), token: words.at(-1) ?? '' };
    });
  }

  #branch(pattern: string, { code = 0, stdout = '', stderr = '' }: CircleCiAnswer = {}): string[] {
    return [
      `${pattern}) printf %s ${quoted(stdout)}; printf %s ${quoted(stderr)} >&2; exit ${String(code)} ;;`,
    ];
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
