import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateFiles } from '../../../src/orb/generate.ts';
import type { Payload } from '../../../src/orb/payload.ts';
import { PACKED_FILE } from '../../../src/orb/tree/index.ts';
import { bundleHelper, type Bundle } from '../bundle.ts';
import { generatorInput } from '../project.ts';

/** What is measured: made from the sources at hand, whatever lies in dist/ and orb/. */
export interface Materials {
  /** A folder for everything that a measurement writes. */
  readonly folder: string;
  /** The bundled helper. */
  readonly helper: string;
  readonly bundle: Bundle;
  readonly payload: Payload;
  /** The packed orb. */
  readonly orb: string;
  /** What a process gets: no variable of whoever runs the bench but the PATH, and a HOME that is empty. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Bundles the helper and generates the orb into a temporary folder. */
export async function makeMaterials(root: string): Promise<Materials> {
  const bundle = await bundleHelper(root);
  const input = generatorInput(root, bundle);
  const orb = generateFiles(input).get(PACKED_FILE);
  if (orb === undefined) throw new Error(`The generator makes no ${PACKED_FILE}.`);
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'heroku-cd-bench-')));
  const home = join(folder, 'home');
  const helper = join(folder, 'heroku-cd.cjs');
  await mkdir(home);
  await writeFile(helper, bundle.code);
  return {
    folder,
    helper,
    bundle,
    payload: input.context.payload,
    orb,
    environment: { PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1' },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
