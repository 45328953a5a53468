import { generateFiles } from '../../../src/orb/generate.ts';
import { bundleHelper } from '../bundle.ts';
import { compareGenerated } from '../generated.ts';
import { generatorInput } from '../project.ts';
import type { Obstacle } from './obstacle.ts';

/** Whether the generated files are what the sources make, for this namespace. */
export async function generatedObstacle(root: string, namespace: string): Promise<Obstacle | undefined> {
  const bundle = await bundleHelper(root);
  let differences;
  try {
    differences = compareGenerated(root, generateFiles(generatorInput(root, bundle, namespace)));
  } catch (error) {
    return {
      what: `The orb cannot be generated. ${error instanceof Error ? error.message : String(error)}`,
      next: 'correct it, then npm run generate',
    };
  }
  if (differences.length === 0) return undefined;
  const named = differences.map(({ path, state }) => `${path} (${state})`);
  return {
    what: `Generated files are out of date for the namespace ${namespace}: ${named.join(', ')}.`,
    next: `ORB_NAMESPACE=${namespace} npm run generate, then commit what it writes`,
  };
}
