import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARAMETERS } from '../../src/parameters/index.ts';
import type { GenerateInput } from '../../src/orb/generate.ts';
import { packPayload } from '../../src/orb/payload.ts';
import { readTree } from '../../src/orb/tree/index.ts';
import type { Bundle } from './bundle.ts';

/** The project's directory. */
export const ROOT = join(__dirname, '..', '..');

interface Manifest {
  readonly version: string;
  readonly homepage: string;
  readonly repository: { readonly url: string };
  readonly config: { readonly orbNamespace: string };
}

/**
 * The generator's input for this project.
 *
 * @param namespace where the orb is published; `config.orbNamespace` of package.json when not given.
 */
export function generatorInput(root: string, bundle: Bundle, namespace?: string): GenerateInput {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  return {
    context: {
      definitions: PARAMETERS,
      version: manifest.version,
      namespace: namespace === undefined || namespace === '' ? manifest.config.orbNamespace : namespace,
      payload: packPayload(bundle.code),
      homeUrl: manifest.homepage,
      sourceUrl: manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, ''),
    },
    scripts: readTree(join(root, 'src', 'orb', 'scripts')),
    licences: bundle.licences,
  };
}
