import { constants } from 'node:os';
import type { ProcessExit } from '../parts.ts';

/** The status that Heroku's log tells: a shell's, so 128 and the signal's number where a signal ended the process. */
export function exitStatus({ code, signal }: ProcessExit): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
