import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { costOf, type Command } from './child.ts';
import { costFigures, type Figure } from './figures.ts';
import type { Bench } from './parts.ts';
import { interleave } from './rounds.ts';

/** A round takes half a minute, and the work is so long that little disturbs it. */
const ROUNDS = 5;

/**
 * What `npm run generate` takes, and what checks its result, in a copy of the project so that nothing of it is
 * written here.
 */
export async function measureGeneration({ root, materials, rounds }: Bench): Promise<Figure[]> {
  const copy = join(materials.folder, 'project');
  await mkdir(copy);
  for (const path of ['src', 'scripts', 'test', 'package.json', 'package-lock.json', 'tsconfig.json']) {
    await cp(join(root, path), join(copy, path), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const here = { cwd: copy, environment: materials.environment };
  const node = (...args: string[]): Command => ({ program: process.execPath, args, ...here });
  const tool = (...path: string[]): string => join(root, 'node_modules', ...path);
  const script = (name: string): Command => node(tool('tsx', 'dist', 'cli.mjs'), `scripts/${name}.ts`);
  const cost = (command: Command) => () => costOf(command, materials.folder);
  // What is compared with what would be generated has to be there.
  await costOf(script('generate'), materials.folder);
  const found = await interleave(Math.min(rounds, ROUNDS), {
    types: cost(node(tool('typescript', 'bin', 'tsc'), '--noEmit', '--incremental', 'false')),
    generate: cost(script('generate')),
    generated: cost(script('check-generated')),
  });
  const against = ['`tsc --noEmit` of `src`, `scripts` and `test`', found.types] as const;
  return [
    ...costFigures('generate', ['`npm run generate`', found.generate], against),
    ...costFigures('check-generated', ['`npm run check:generated`', found.generated], against),
  ];
}
