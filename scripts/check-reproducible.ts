import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateFiles } from '../src/orb/generate.ts';
import { bundleHelper, packageOf } from './lib/bundle.ts';
import { ROOT, generatorInput } from './lib/project.ts';

/**
 * Builds the helper and the orb in two folders of different names and depths, with node_modules of their own, and
 * fails unless both come out the same to the byte: what a job verifies by its digest can be made again by anybody.
 */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'heroku-cd-reproducible-'));
  try {
    const { inputs } = (await bundleHelper(ROOT)).metafile;
    const packages = new Set(Object.keys(inputs).flatMap((input) => packageOf(input) ?? []));
    const digests: string[] = [];
    for (const place of ['a', join('another', 'deeper folder')]) {
      const root = join(folder, place);
      copyProject(root, packages);
      const bundle = await bundleHelper(root);
      const files = generateFiles(generatorInput(root, bundle, process.env['ORB_NAMESPACE']));
      digests.push(
        `helper ${sha256(bundle.code)}, orb ${sha256(JSON.stringify([...files].sort(([a], [b]) => (a < b ? -1 : 1))))}`,
      );
    }
    const [one, other] = digests;
    if (one !== other) {
      console.error(`Two folders, two results:\n  ${one ?? ''}\n  ${other ?? ''}`);
      process.exitCode = 1;
      return;
    }
    console.log(`Two folders, one result: ${one ?? ''}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The files that a commit of the work tree would have, and copies of the packages that go into the helper. */
function copyProject(root: string, packages: ReadonlySet<string>): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).split('\0');
  const needed = listed.filter((name) => /^(src\/|package\.json$|tsconfig\.json$)/.test(name));
  // A link to the one node_modules would not do: the bundler follows it back to one and the same folder.
  for (const file of [...needed, ...[...packages].map((name) => join('node_modules', name))]) {
    if (existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(root, file), { recursive: true });
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
