import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunStep } from './orb.ts';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly pid: number;
}

/** A folder of its own for each test, with a HOME in it. */
export class Place {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'heroku-cd-orb-')));
  /** A HOME that nothing is in, named so that careless quoting shows. */
  readonly home = this.folder(`it's "home" $(touch pwned) \`id\``);

  folder(name: string): string {
    const path = join(this.root, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  file(name: string, text: string, mode = 0o600): string {
    const path = join(this.root, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  /** A program that comes first on the PATH. */
  program(name: string, text: string): void {
    this.file(join('bin', name), text, 0o755);
  }

  get path(): string {
    return `${join(this.root, 'bin')}:${process.env['PATH'] ?? ''}`;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The shells that CircleCI starts a step with, as far as they are on this machine. */
const KNOWN_SHELLS: readonly [string, readonly string[]][] = [
  ['bash', ['/bin/bash', '-eo', 'pipefail', '-c']],
  ['dash', ['/bin/dash', '-e', '-c']],
];
export const SHELLS = KNOWN_SHELLS.filter(([, [program]]) => existsSync(program ?? ''));

export interface StepOptions {
  readonly step: Pick<RunStep, 'command' | 'environment'>;
  readonly place: Place;
  /** Besides HOME and PATH; undefined takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly shell?: readonly string[];
  readonly onOutput?: (pid: number) => void;
}

/** Runs a step as CircleCI's agent does: the script is one argument of the shell. */
export function runStep({ step, place, environment, shell, onOutput }: StepOptions): Promise<Ended> {
  const [program = '/bin/bash', ...args] = shell ?? ['/bin/bash', '-eo', 'pipefail', '-c'];
  const env = Object.fromEntries(
    Object.entries({
      PATH: place.path,
      HOME: place.home,
      ...step.environment,
      ...environment,
    }).filter(([, value]) => value !== undefined),
  );
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, step.command], {
      cwd: place.root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(child.pid ?? 0);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr, pid: child.pid ?? 0 }));
  });
}
