import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CoverageMapData } from 'istanbul-lib-coverage';
import { MEASURED } from './instrument.ts';

/** The tests that use what is measured. */
const TESTS = ['test/helper/', 'test/parameters/', 'test/e2e/'] as const;

export interface JestRequest {
  /** The project's directory. */
  readonly root: string;
  /** A folder for what jest writes. */
  readonly folder: string;
  /** The packed orb for the end-to-end tests. */
  readonly orb: string;
  /** More arguments for jest; tests that are named among them are run instead of all. */
  readonly args: readonly string[];
}

export interface JestRun {
  /** What the test processes themselves ran, of every measured file. */
  readonly coverage: CoverageMapData;
  /** Whether every test passed. */
  readonly passed: boolean;
}

/** Runs the tests with counters in the measured files. @throws when jest ends without a measurement. */
export async function runJest({ root, folder, orb, args }: JestRequest): Promise<JestRun> {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const status = await runNode(
    root,
    [
      // jest loads the transformer, which is TypeScript, by require.
      ...['--require', require.resolve('tsx/cjs')],
      require.resolve('jest/bin/jest'),
      ...['--config', JSON.stringify(await measuringConfig(root, folder))],
      '--coverage',
      ...args,
      ...(names.length > 0 ? [] : TESTS),
    ],
    { E2E_ORB: orb },
  );
  const file = join(folder, 'coverage-final.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`jest ended with ${String(status)} and has measured nothing.`, { cause });
  }
  return { coverage: JSON.parse(text) as CoverageMapData, passed: status === 0 };
}

interface JestConfig {
  readonly transform: Readonly<Record<string, readonly [transformer: string, options: unknown]>>;
}

/** The project's configuration with another transformer for the measured files. */
async function measuringConfig(root: string, folder: string): Promise<unknown> {
  const file = pathToFileURL(join(root, 'jest.config.mjs')).href;
  const { default: config } = (await import(file)) as { readonly default: JestConfig };
  const [[, options] = []] = Object.values(config.transform);
  const transformer = join(__dirname, 'jest-transformer.ts');
  return {
    ...config,
    rootDir: root,
    transform: {
      [`/(${MEASURED.join('|')})/.+\\.ts$`]: [transformer, options],
      ...config.transform,
    },
    collectCoverageFrom: MEASURED.map((path) => `${path}/**/*.ts`),
    coverageDirectory: folder,
    coverageReporters: ['json'],
  };
}

/** Runs Node.js and passes the signals on that end a run, so that what was measured until then is reported. */
function runNode(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number | null> {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, forward);
  return new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  }).finally(() => {
    for (const signal of signals) process.off(signal, forward);
  });
}
