import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { payloadVariable } from '../../src/orb/hand-over.ts';
import { unpackPayload } from '../../src/orb/payload.ts';
import { fromYaml } from '../../src/orb/tree/index.ts';

const ORB = process.env['E2E_ORB'] ?? join(__dirname, '..', '..', 'orb', 'orb.yml');

interface PackedOrb {
  readonly commands: {
    readonly install: {
      readonly steps: readonly { readonly run?: { readonly environment: Record<string, string> } }[];
    };
  };
}

let helper: Buffer | undefined;

/** Writes the helper that the generated orb carries to a file, which `node` can run. */
export function unpackHelper(file: string): string {
  writeFileSync(file, (helper ??= readHelper()));
  return file;
}

function readHelper(): Buffer {
  const orb = fromYaml(readFileSync(ORB, 'utf8')) as PackedOrb;
  const environment = Object.assign(
    {},
    ...orb.commands.install.steps.map(({ run }) => run?.environment),
  ) as Record<string, string>;
  return unpackPayload(payloadParts(environment));
}

/** The parts of the payload in the environment of a step, in order. */
export function payloadParts(environment: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(environment).filter((name) => name.startsWith('HEROKU_CD_PAYLOAD'));
  return names.map((_name, index) => {
    const part = environment[payloadVariable(index)];
    if (part === undefined) throw new Error(`${names.join(', ')}: ${payloadVariable(index)} is missing.`);
    return part;
  });
}

export interface HelperRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Far beyond what any run of a test takes: one that hangs must not outlive the test. */
const LIMIT_MS = 50_000;

/** Runs the helper as a process, with exactly this environment. */
export function runHelper(
  file: string,
  args: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string | undefined>>; node?: string },
): Promise<HelperRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(options.node ?? process.execPath, [file, ...args], {
      cwd: options.cwd,
      env: { ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
