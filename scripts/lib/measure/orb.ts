import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import { generateFiles } from '../../../src/orb/generate.ts';
import { PACKED_FILE } from '../../../src/orb/tree/index.ts';
import { generatorInput } from '../project.ts';
import { replaceModules } from '../replacements.ts';
import { instrument, isMeasured } from './instrument.ts';

/** An orb like the project's own, whose helper counts what runs of it. */
export interface MeasuringOrb {
  /** The packed orb. It works on this machine alone, and as long as its folder is there. */
  readonly file: string;
  /** Where each process of the helper leaves its counts. */
  readonly countsFolder: string;
  /** What the measured files in the helper have to count. */
  readonly files: readonly FileCoverageData[];
}

/**
 * Makes that orb in a folder. With its counters the helper is several times too large to be handed to a
 * process, so the orb carries one line that loads it from the folder; everything else of the orb, its limits
 * and checks included, is as in the published one.
 *
 * @param root the project's directory.
 */
export async function makeMeasuringOrb(root: string, folder: string): Promise<MeasuringOrb> {
  const [helper, file, countsFolder] = ['helper.cjs', 'orb.yml', 'counts'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  mkdirSync(countsFolder, { recursive: true });
  const files: FileCoverageData[] = [];
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['scripts/lib/measure/helper.ts'],
    outfile: helper,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    charset: 'utf8',
    define: { COUNTS_FOLDER: JSON.stringify(countsFolder) },
    metafile: true,
    logLevel: 'silent',
    plugins: [replaceModules, instrumentMeasured(root, (one) => files.push(one))],
  });
  const code = Buffer.from(`require(${JSON.stringify(helper)});\n`);
  const generated = generateFiles(generatorInput(root, { code, metafile, licences: '' }));
  writeFileSync(file, generated.get(PACKED_FILE) ?? '');
  return { file, countsFolder, files };
}

function instrumentMeasured(root: string, found: (coverage: FileCoverageData) => void): Plugin {
  return {
    name: 'instrument-measured',
    setup(bundling) {
      bundling.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!isMeasured(root, path)) return undefined;
        const { code, coverage } = instrument(readFileSync(path, 'utf8'), path);
        found(coverage);
        return { contents: code, loader: 'ts' };
      });
    },
  };
}
