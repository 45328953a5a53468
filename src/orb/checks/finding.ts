import type { OrbContext } from '../context.ts';
import type { OrbDocument } from '../sdk/index.ts';
import type { FileTree } from '../tree/index.ts';

/** A rule that the orb breaks, and where. */
export interface Finding {
  /** The element, such as `commands/deploy`; `@orb` is the orb as a whole. */
  readonly element: string;
  readonly parameter?: string;
  readonly message: string;
}

/** What the checks look at: the orb before and after it was written and packed. */
export interface Checked {
  readonly orb: OrbDocument;
  readonly tree: FileTree;
  readonly packed: string;
  readonly context: OrbContext;
}

/** The generator refuses to write the orb. */
export class OrbRefused extends Error {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    const lines = findings.map(
      ({ element, parameter, message }) =>
        `  ${element}${parameter === undefined ? '' : `, parameter ${parameter}`}: ${message}`,
    );
    super(`The orb breaks ${findings.length} of its rules, and nothing was written:\n${lines.join('\n')}`);
    this.name = 'OrbRefused';
    this.findings = findings;
  }
}
