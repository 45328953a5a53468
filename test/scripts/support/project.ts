import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..', '..');

/** A copy of what the scripts read, in a folder of another name and depth. Remove its parent afterwards. */
export function copyProject(name: string): string {
  const root = join(realpathSync(mkdtempSync(join(tmpdir(), 'heroku-cd-scripts-'))), name);
  for (const path of ['src', 'scripts', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

/** Runs a script as its npm script does, with its own project's folder as HOME. */
export function runScript(
  root: string,
  name: string,
  environment: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
) {
  const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsx, join('scripts', name), ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: root, ...environment },
  });
  return { status, stdout, stderr };
}
