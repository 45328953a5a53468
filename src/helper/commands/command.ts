import type { CommandName } from '../../parameters/index.ts';

/** A parsed command line. */
export interface Invocation {
  readonly command: CommandName;
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  /** `--json`: the answer as JSON on stdout, everything for people on stderr. */
  readonly json: boolean;
}

/** What a command came to: its exit code and, for `--json` and for people, its answer. */
export interface Answer {
  readonly exitCode: number;
  readonly json: unknown;
  /** Lines for a person; empty where the log has said everything. */
  readonly lines: readonly string[];
}
