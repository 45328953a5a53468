import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { generateFiles } from '../../../src/orb/generate.ts';
import { packPayload } from '../../../src/orb/payload.ts';
import { bundleHelper } from '../bundle.ts';
import { generatorInput } from '../project.ts';
import { bareNode, costOf, type Command } from './child.ts';
import type { Figure } from './figures.ts';
import type { Materials } from './materials.ts';
import { interleave, ratioOf } from './rounds.ts';

/** Parts of `npm run generate`. They have no aims: only those who work on heroku-cd wait for them. */
export type GenerationPart = 'generate' | 'bundle' | 'pack' | 'files';

/** What `npm run generate` takes, in a copy of the project so that nothing of it is written here. */
export async function measureGeneration(
  root: string,
  materials: Materials,
  rounds: number,
): Promise<Figure<GenerationPart>[]> {
  const copy = join(materials.folder, 'project');
  await mkdir(copy);
  for (const path of ['src', 'scripts', 'package.json', 'tsconfig.json']) {
    await cp(join(root, path), join(copy, path), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const here = { cwd: copy, environment: materials.environment };
  const input = generatorInput(root, materials.bundle);
  const time = async (command: Command) => (await costOf(command, materials.folder)).time;
  const found = await interleave(rounds, {
    bare: () => time(bareNode(here)),
    generate: () => time({ program: process.execPath, args: [tsx, 'scripts/generate.ts'], ...here }),
    bundle: () => clocked(() => bundleHelper(copy)),
    pack: () => clocked(() => packPayload(materials.bundle.code)),
    files: () => clocked(() => generateFiles(input)),
  });
  const row = (id: GenerationPart, measured: string): Figure<GenerationPart> => ({
    id,
    measured,
    against: '`node -e 0`',
    ratio: ratioOf(found[id], found.bare),
  });
  return [
    row('generate', 'the whole of `npm run generate`'),
    row('bundle', 'bundling the helper'),
    row('pack', 'compressing it'),
    row('files', 'making and checking the orb and its reference'),
  ];
}

async function clocked(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
