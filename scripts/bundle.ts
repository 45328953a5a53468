import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packPayload } from '../src/orb/payload.ts';
import { bundleExecutable, bundleHelper, sizeReport } from './lib/bundle.ts';
import { ROOT } from './lib/project.ts';

/** Writes dist/: the helper and the executable, the licences of what is in it, and how large each part is. */
async function main(): Promise<void> {
  const bundle = await bundleHelper(ROOT);
  const dist = join(ROOT, 'dist');
  mkdirSync(dist, { recursive: true });
  const file = join(dist, 'heroku-cd.cjs');
  writeFileSync(file, bundle.code);
  chmodSync(file, 0o755);
  writeFileSync(join(dist, 'cli.cjs'), await bundleExecutable(ROOT), { mode: 0o755 });
  writeFileSync(join(dist, 'LICENSES.txt'), bundle.licences);
  const sizes = sizeReport(bundle.metafile).map(([name, bytes]) => `${String(bytes).padStart(9)} ${name}`);
  const packed = packPayload(bundle.code).compressedBytes;
  const totals = [
    `${String(bundle.code.byteLength).padStart(9)} in all`,
    `${String(packed).padStart(9)} packed`,
  ];
  writeFileSync(join(dist, 'heroku-cd.size.txt'), `${[...sizes, ...totals].join('\n')}\n`);
  console.log(`dist/heroku-cd.cjs: ${bundle.code.byteLength} bytes, ${packed} packed`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
