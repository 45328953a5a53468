import { messageOf } from '../output/message.ts';
import type { Log } from '../ports/log.ts';

/** `nothing-to-do`: the act had no effect, so the app is as it was before it. */
export type UndoOutcome = 'undone' | 'nothing-to-do';

/** The inverse of one mutating act. */
export interface Undo {
  /** What it does, as a sentence's end: "cancel the pending build of 1a2b3c4". */
  readonly what: string;
  /** Throws where the app could not be brought back. Must bear being run twice. */
  run(): Promise<UndoOutcome>;
}

export interface UndoReport {
  readonly what: string;
  readonly outcome: UndoOutcome | 'failed';
  readonly why?: string;
  readonly error?: unknown;
}

/**
 * The inverses of all that a run has begun, registered before each act. Unwinding goes in reverse order,
 * and one inverse that fails does not keep the others from running.
 */
export class UndoStack {
  readonly #undos: Undo[] = [];

  /** Registers the inverse of an act that is about to begin. */
  push(undo: Undo): void {
    this.#undos.push(undo);
  }

  /** Forgets everything: the run has come to where there is nothing to take back. */
  clear(): void {
    this.#undos.length = 0;
  }

  get size(): number {
    return this.#undos.length;
  }

  /** `isEnough` says of a failure that what is left must not be undone any more. */
  async unwind(
    log: Log,
    isEnough: (error: unknown) => boolean = () => false,
  ): Promise<readonly UndoReport[]> {
    const reports: UndoReport[] = [];
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) {
      log.info(`Undo: ${undo.what}`);
      try {
        const outcome = await undo.run();
        log.info(outcome === 'undone' ? '  done' : '  nothing to take back');
        reports.push({ what: undo.what, outcome });
      } catch (error) {
        log.warn(`That could not be undone: ${messageOf(error)}`);
        reports.push({ what: undo.what, outcome: 'failed', why: messageOf(error), error });
        if (isEnough(error)) break;
      }
    }
    return reports;
  }
}
