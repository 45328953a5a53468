import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The directory of the package that an input of the bundle comes from, from the project's root. */
function packageDirectory(input: string): string | undefined {
  const found = /^(.*(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  return found?.[1];
}

/**
 * The licence texts of all packages of which something is in the bundle. The bundle itself carries no
 * comments, so this file goes with it.
 *
 * @throws when a package says neither in a file nor in its package.json how it is licensed.
 */
export function gatherLicences(root: string, metafile: Metafile): string {
  const directories = new Set<string>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const directory = packageDirectory(input);
      if (directory !== undefined && bytesInOutput > 0) directories.add(directory);
    }
  }
  const entries = [...directories].map((directory) => licenceOf(join(root, directory)));
  entries.sort((a, b) => (a.title < b.title ? -1 : 1));
  const head =
    entries.length === 0
      ? 'The bundled helper holds no code of other packages.\n'
      : 'The bundled helper holds code of these packages, under the licences below.\n';
  return [head, ...entries.map(({ title, text }) => `${'-'.repeat(80)}\n${title}\n\n${text.trim()}\n`)].join(
    '\n',
  );
}

function licenceOf(directory: string): { title: string; text: string } {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
    author?: string | { name: string };
  };
  const title = `${manifest.name} ${manifest.version} (${manifest.license ?? 'licence in the text below'})`;
  const file = readdirSync(directory).find((name) => /^(licen[cs]e|copying)(\.|-|$)/i.test(name));
  if (file !== undefined && existsSync(join(directory, file))) {
    const text = readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n');
    return { title, text };
  }
  if (manifest.license === undefined) {
    throw new Error(`${manifest.name} ${manifest.version} is bundled, and nothing says how it is licensed.`);
  }
  const author = typeof manifest.author === 'string' ? manifest.author : manifest.author?.name;
  return { title, text: `Licensed under ${manifest.license}${author === undefined ? '' : ` by ${author}`}.` };
}
