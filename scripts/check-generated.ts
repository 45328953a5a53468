import { generateFiles } from '../src/orb/generate.ts';
import { bundleHelper } from './lib/bundle.ts';
import { compareGenerated } from './lib/generated.ts';
import { ROOT, generatorInput } from './lib/project.ts';

/** Fails when a generated file differs from what `npm run generate` writes. */
async function main(): Promise<void> {
  const bundle = await bundleHelper(ROOT);
  const files = generateFiles(generatorInput(ROOT, bundle, process.env['ORB_NAMESPACE']));
  const differences = compareGenerated(ROOT, files);
  if (differences.length === 0) {
    console.log('Generated files are up to date.');
    return;
  }
  console.error('Generated files are out of date:');
  for (const { path, state } of differences) console.error(`  ${path}: ${state}`);
  console.error('Run `npm run generate` and commit what it writes.');
  process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
