/**
 * Runs tests while the local Herokus that they start record each kind of request and answer, and compares these with
 * the official schema of Heroku's API: what heroku-cd sends has to be what Heroku takes, and what the local Heroku
 * answers what Heroku would. `npm run test:truth`, or `npm run test:truth -- test/e2e/window` for a part.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRecords, readRecords } from '../test/simulator/support/check-records.ts';
import { hasHyperSchema } from '../test/simulator/support/hyper-schema.ts';

/** The tests that start a local Heroku. */
const TESTS = ['test/(e2e|faults|kills|simulator|helper|rehearsal|pipeline)/'];

async function main(): Promise<number> {
  if (!hasHyperSchema) {
    console.error('SKIPPED: the official Heroku schema is not at hand, so nothing can be compared with it.');
    return 0;
  }
  const given = process.argv.slice(2);
  const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-truth-'));
  let isKept = false;
  try {
    const status = await runJest(given.length > 0 ? given : TESTS, folder);
    const { answers, requests, withoutSchema, endpoints, complaints } = checkRecords(readRecords(folder));
    console.log(`${answers} kinds of answers and ${requests} of requests of heroku-cd, of:`);
    for (const endpoint of endpoints) console.log(`  ${endpoint}`);
    console.log(`${withoutSchema} kinds of answers are of the Data API, of which there is no public schema.`);
    for (const complaint of complaints) console.log(`WRONG  ${complaint}`);
    if (status !== 0) console.error(`Tests failed (${status}): what they would have provoked is missing.`);
    isKept = complaints.length > 0;
    if (isKept) console.error(`${complaints.length} differences from the schema; the records: ${folder}`);
    return status !== 0 || isKept || answers === 0 ? 1 : 0;
  } finally {
    if (!isKept) await rm(folder, { recursive: true });
  }
}

function runJest(args: readonly string[], folder: string): Promise<number> {
  // Tests that fail may leave what jest would wait for, and what was recorded counts all the same.
  const child = spawn(process.execPath, [require.resolve('jest/bin/jest'), '--forceExit', ...args], {
    cwd: join(__dirname, '..'),
    stdio: 'inherit',
    env: { ...process.env, TESTS: 'all', HEROKU_CD_RECORD_ANSWERS: folder },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
