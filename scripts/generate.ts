import { generateFiles } from '../src/orb/generate.ts';
import { bundleHelper } from './lib/bundle.ts';
import { writeGenerated } from './lib/generated.ts';
import { ROOT, generatorInput } from './lib/project.ts';

/** Writes the orb and the reference documentation out of their definitions. */
async function main(): Promise<void> {
  const bundle = await bundleHelper(ROOT);
  const files = generateFiles(generatorInput(ROOT, bundle, process.env['ORB_NAMESPACE']));
  const { written, removed } = writeGenerated(ROOT, files);
  for (const path of written) console.log(`wrote ${path}`);
  for (const path of removed) console.log(`removed ${path}`);
  console.log(`${files.size} generated files, ${written.length} written, ${removed.length} removed`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
