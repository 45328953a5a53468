import { join, sep } from 'node:path';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import { createInstrumenter } from 'istanbul-lib-instrument';

/** The folders whose coverage is measured, from the project's root. */
export const MEASURED = ['src/helper', 'src/parameters'] as const;

/** A source that counts what runs of it. */
export interface Instrumented {
  /** Still TypeScript, with a source map at its end. */
  readonly code: string;
  /** What there is to count, every count at zero. */
  readonly coverage: FileCoverageData;
}

/**
 * Makes a source count its statements, branches and functions in the global `__coverage__`. The TypeScript
 * itself is given the counters, before anything translates it: jest and esbuild translate differently, and
 * only so do they count the same places.
 *
 * @param file the source's absolute path.
 * @throws SyntaxError when it is no TypeScript.
 */
export function instrument(source: string, file: string): Instrumented {
  const instrumenter = createInstrumenter({
    esModules: true,
    compact: false,
    preserveComments: true,
    produceSourceMap: true,
    parserPlugins: ['typescript'],
  });
  const code = instrumenter.instrumentSync(source, file);
  const map = Buffer.from(JSON.stringify(instrumenter.lastSourceMap())).toString('base64');
  return {
    code: `${code}\n//# sourceMappingURL=data:application/json;base64,${map}\n`,
    coverage: instrumenter.lastFileCoverage(),
  };
}

/** Whether the coverage of this file is measured; both paths are absolute. */
export function isMeasured(root: string, file: string): boolean {
  return file.endsWith('.ts') && MEASURED.some((folder) => file.startsWith(join(root, folder) + sep));
}
