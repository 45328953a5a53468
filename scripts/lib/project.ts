import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARAMETERS } from '../../src/parameters/index.ts';
import type { GenerateInput } from '../../src/orb/generate.ts';
import { packPayload } from '../../src/orb/payload.ts';
import { readTree, type FileTree } from '../../src/orb/tree/index.ts';
import { bundleScript, type Bundle } from './bundle.ts';

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
    scripts: orbScripts(root),
    licences: bundle.licences,
  };
}

/** The orb's scripts by file name: those that are written as such, and the one that is made of the helper's sources. */
export function orbScripts(root: string): FileTree {
  const nowhere = bundleScript(root, 'src/helper/goes-nowhere.ts');
  return new Map([...readTree(join(root, 'src', 'orb', 'scripts')), ['goes-nowhere.cjs', nowhere]]);
}
