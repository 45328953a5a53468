import assert from 'node:assert/strict';
import type { ControlApi } from '../../src/simulator/index.ts';
import type { CommandResult, Terminal } from './terminal.ts';

export interface Stage {
  readonly terminal: Terminal;
  readonly control: ControlApi;
  readonly app: string;
}

/** Something that is done with the CLI, and whose effect is read back. */
export interface Act {
  readonly title: string;
  readonly perform: (this: void, stage: Stage) => Promise<void>;
}

export function succeed(result: CommandResult): CommandResult {
  assert.equal(result.code, 0, `exit code ${result.code}\n${result.stdout}\n${result.stderr}`);
  return result;
}
