import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundleHelper } from '../../../scripts/lib/bundle.ts';
import { ROOT } from '../../../scripts/lib/project.ts';

/** A change of the helper's source that takes one of its safeguards away. */
export interface Mutant {
  readonly name: string;
  /** Below `src/helper`. */
  readonly file: string;
  /** Must be there exactly once. */
  readonly text: string;
  readonly replacement: string;
}

const undo = (name: string, file: string, text: string): Mutant => ({
  name: `no undo: ${name}`,
  file,
  text,
  replacement: text.replace(/(?:run\.)?undo\??\.push/, 'void '),
});

/** Every place where an undo is registered. */
export const UNDOS: readonly Mutant[] = [
  undo('of the page', 'window/open.ts', 'undo?.push({\n      what: `switch'),
  undo('of the stopped processes', 'window/open.ts', 'undo?.push({\n      what: `scale'),
  undo('of the shipping', 'deployment/ship.ts', 'run.undo.push(undoOfShipping('),
  undo('of the backup', 'database/backup.ts', "run.undo.push({\n    what: 'cancel the backup"),
];

/** Files below `src/helper` with undos that have no mutant here, and why. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'window/preboot.ts': 'what it does is done once more at the end of the run',
};

/** Every place where an answer is not taken for the deed. */
export const READ_BACKS: readonly Mutant[] = [
  {
    name: 'no read-back: of the page',
    file: 'window/page.ts',
    text: 'return now.maintenance === on ? now : undefined;',
    replacement: 'return now;',
  },
  {
    name: 'no read-back: of the formation',
    file: 'window/put-back.ts',
    text: 'return back ? now : undefined;',
    replacement: 'return back ? now : now;',
  },
  {
    name: 'no read-back: of the stopped dynos',
    file: 'window/processes.ts',
    text: 'return left.length === 0 || back.length > 0',
    replacement: 'return left.length >= 0 || back.length > 0',
  },
  {
    name: 'no read-back: of the release’s status',
    file: 'deployment/release.ts',
    text: "if (ended.status !== 'succeeded') throw",
    replacement: 'if (false) throw',
  },
  {
    name: 'no read-back: of the current release before the page comes off',
    file: 'window/close.ts',
    text: 'if (current?.id === ours.id) return;',
    replacement: 'return;',
  },
  {
    name: 'no read-back: of the web dynos',
    file: 'window/web.ts',
    text: "if (!web.every(({ state }) => state === 'up' || state === 'idle')) return undefined;",
    replacement: '',
  },
  {
    name: 'no read-back: of the migration’s exit status',
    file: 'migration/migrate.ts',
    text: 'if (outcome.exitStatus === 0) {',
    replacement: 'if (true) {',
  },
];

/** Everything that a restore, and a migration that may end in one, relies on. */
export const BACKUPS: readonly Mutant[] = [
  {
    name: 'no proof: of the backup',
    file: 'database/transfer.ts',
    text: 'if (ended.finishedAt !== undefined && ended.succeeded) return ended;',
    replacement: 'if (ended.finishedAt !== undefined) return ended;',
  },
  {
    name: 'no proof: of the restore',
    file: 'database/restore.ts',
    text: 'const done = await awaitTransfer(run, database.billingApp, started);',
    replacement: 'const done = started; void awaitTransfer;',
  },
  {
    name: 'no second backup: before the restore',
    file: 'database/restore.ts',
    text: `const safety = await captureBackup(run, {
    database,
    names,
    purpose: 'as it is, before the restore',
    started: () => undefined,
  });`,
    replacement: 'const safety = backup; void [captureBackup, names];',
  },
];

/** What is known of caches and of the app's health. */
export const AFTER_THE_WINDOW: readonly Mutant[] = [
  {
    name: 'no proof: of the flush, by a probe key',
    file: 'caches/memcached.ts',
    text: `    expectOk(await ask(OPERATION.flush, {}), 'the flush');
    await requireGone(ports, ask, probe);`,
    replacement: `    expectOk(await ask(OPERATION.flush, {}), 'the flush');`,
  },
  {
    name: 'no status check: of the flush',
    file: 'caches/memcached.ts',
    text: "expectOk(await ask(OPERATION.flush, {}), 'the flush');",
    replacement: 'await ask(OPERATION.flush, {});',
  },
  {
    name: 'no answers in a row: one is enough for health',
    file: 'health/check.ts',
    text: 'if (row >= check.successes) break;',
    replacement: 'if (row >= 1) break;',
  },
  {
    name: 'no row: accepted answers count whatever came between',
    file: 'health/check.ts',
    text: 'row = answer.accepted ? row + 1 : 0;',
    replacement: 'row = answer.accepted ? row + 1 : row;',
  },
  {
    name: 'no judging: of the release that a rollback because of ill health makes',
    file: 'migration/rollback.ts',
    text: "if (settled.status !== 'succeeded') {",
    replacement: 'if (false) {',
  },
];

/** The run goes on to its end, put back or not: only what it tells shows that it met an error. */
export const STRAY: Mutant = {
  name: 'no waiting: for an error while the window is closed',
  file: 'window/web.ts',
  text: 'const needed = Math.min(STEADY_MS',
  replacement: "void Promise.reject(new Error('a stray'));\n  const needed = Math.min(STEADY_MS",
};

export const HOLD_RULE: Mutant = {
  name: 'no hold: a failed migration opens the app again',
  file: 'deployment/settle.ts',
  text: `      : hold(journal, 'held', error);
  }
  const { log }`,
  replacement: `      : closeForward(run, progress, journal, error);
  }
  const { log }`,
};

/** The helper's sites that register an undo, as `file:line`, for a comparison with {@link UNDOS}. */
export function undoSites(file: string, source: string): readonly string[] {
  return source
    .split('\n')
    .flatMap((line, index) => (/\bundo\??\.push\(/.test(line) ? [`${file}:${index + 1}`] : []));
}

/** Bundles the helper with the mutant's change. @throws Error where its text is not there exactly once. */
export async function bundleMutant(mutant: Mutant): Promise<Uint8Array> {
  const file = join(ROOT, 'src', 'helper', mutant.file);
  const source = await readFile(file, 'utf8');
  const found = source.split(mutant.text).length - 1;
  if (found !== 1) {
    throw new Error(
      `"${mutant.name}": its text stands ${found} times in src/helper/${mutant.file}, not once.`,
    );
  }
  const contents = source.replace(mutant.text, () => mutant.replacement);
  const plugin: Plugin = {
    name: 'mutant',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) =>
        path === file ? { contents, loader: 'ts' } : undefined,
      );
    },
  };
  return (await bundleHelper(ROOT, 'src/helper/process.ts', [plugin])).code;
}
