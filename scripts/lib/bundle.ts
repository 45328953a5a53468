import { build, buildSync, type Metafile, type Plugin } from 'esbuild';
import { basename } from 'node:path';
import { joinChunks } from './chunks.ts';
import { gatherLicences } from './licences.ts';
import { replaceModules } from './replacements.ts';

export interface Bundle {
  /** The helper: one CommonJS file for Node.js 20 that needs nothing beside it. */
  readonly code: Uint8Array;
  /** What went into it, and how many bytes each input takes in it. */
  readonly metafile: Metafile;
  /** The licence texts of the packages that went into it. */
  readonly licences: string;
}

/**
 * Bundles the helper. The result depends on the sources and the installed packages alone: not on the
 * directory, and no path of this machine is in it.
 *
 * @param root the project's directory.
 * @param plugins come before those that every bundle has.
 */
export async function bundleHelper(
  root: string,
  entry = 'src/helper/main.ts',
  plugins: readonly Plugin[] = [],
): Promise<Bundle> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: 'dist',
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [...plugins, replaceModules],
  });
  return {
    code: await joinChunks(result, `${basename(entry, '.ts')}.js`),
    metafile: result.metafile,
    licences: gatherLicences(root, result.metafile),
  };
}

/** Bundles a program that is small enough to be handed to `node -e`. */
export function bundleScript(root: string, entry: string): string {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/**
 * Bundles the npm package's executable: the helper's commands and what runs on a developer's machine. Its
 * libraries stay outside, because npm installs them.
 *
 * @param root the project's directory.
 */
export async function bundleExecutable(root: string): Promise<Uint8Array> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.cjs',
    write: false,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    charset: 'utf8',
    logLevel: 'silent',
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new Error('esbuild made nothing of src/cli/main.ts.');
  return file.contents;
}

/** The package that an input of the bundle belongs to; undefined for our own files. */
export function packageOf(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

/** Bytes in the bundle by package, the largest first; our own code is `heroku-cd`. */
export function sizeReport(metafile: Metafile): readonly (readonly [string, number])[] {
  const sizes = new Map<string, number>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const owner = packageOf(input) ?? 'heroku-cd';
      sizes.set(owner, (sizes.get(owner) ?? 0) + bytesInOutput);
    }
  }
  return [...sizes].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}
