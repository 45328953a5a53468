/** `ok`: as it should be. `note`: worth knowing. `problem`: a deployment would be refused. */
export type FindingLevel = 'ok' | 'note' | 'problem';

/** One row of what `doctor` prints. */
export interface Finding {
  readonly level: FindingLevel;
  /** A few words: what was looked at. */
  readonly subject: string;
  readonly what: string;
  /** The command or the setting that mends it. */
  readonly remedy?: string;
}

/** Collects what the checks found. */
export class Findings {
  readonly #rows: Finding[] = [];

  ok(subject: string, what: string): void {
    this.#rows.push({ level: 'ok', subject, what });
  }

  note(subject: string, what: string, remedy?: string): void {
    this.#rows.push({ level: 'note', subject, what, ...(remedy === undefined ? {} : { remedy }) });
  }

  problem(subject: string, what: string, remedy?: string): void {
    this.#rows.push({ level: 'problem', subject, what, ...(remedy === undefined ? {} : { remedy }) });
  }

  get rows(): readonly Finding[] {
    return this.#rows;
  }
}
