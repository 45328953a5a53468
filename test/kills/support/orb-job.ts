import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { cacheOwner } from '../../../src/helper/edge/file-store.ts';
import { environmentName } from '../../../src/parameters/definition.ts';
import { fromYaml } from '../../../src/orb/tree/index.ts';
import { COMMAND_LINE_VARIABLE } from '../../../src/orb/hand-over.ts';
import type { Cache } from '../../../src/rehearsal/run/cache.ts';
import { cacheKey } from '../../../src/rehearsal/run/cache-key.ts';
import { notAwaited } from '../../faults/support/oracle-told.ts';
import type { HelperHosts, HelperRun } from './helper-hosts.ts';

const execute = promisify(execFile);
const ORB = process.env['E2E_ORB'] ?? resolve(__dirname, '../../../orb/orb.yml');

export type OrbCommand = 'deploy' | 'maintenance-wrapped-migrate' | 'recover' | 'close-window';

interface OrbStep {
  readonly run?: { readonly name: string; readonly environment?: Readonly<Record<string, string>> };
  readonly restore_cache?: { readonly keys: readonly string[] };
  readonly save_cache?: { readonly key: string; readonly paths: readonly string[]; readonly when?: string };
}

let commands: Readonly<Record<string, { readonly steps: readonly OrbStep[] }>> | undefined;

/** The steps of one of the orb's commands, as the emitted orb has them. */
function stepsOf(command: OrbCommand): readonly OrbStep[] {
  commands ??= (fromYaml(readFileSync(ORB, 'utf8')) as { commands: typeof commands }).commands;
  const steps = commands?.[command]?.steps;
  if (steps === undefined) throw new Error(`${ORB} has no command ${command}.`);
  return steps;
}

/** Where a job runs, and what it gets. */
export interface JobOptions {
  /** A bundle of the helper that exports `runProcess`. */
  readonly helper: string;
  readonly hosts: HelperHosts;
  /** The folder of all jobs. */
  readonly folder: string;
  readonly cache: Cache;
  readonly appId: string;
  /** What is checked out afresh; nothing if missing. */
  readonly repository?: string;
  readonly command: OrbCommand;
  readonly parameters: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Jobs of one workflow have the same. */
  readonly workflow?: string;
  /** Ends the job, as a cancellation would, before the step of this name. */
  readonly cancelBefore?: RegExp;
}

/** How a job ended. */
export interface JobEnd {
  /** Of the first call of the helper that failed, else of the last one; null where a signal killed it. */
  readonly exitCode: number | null;
  readonly log: string;
  /** `result.json`, where the helper wrote one. */
  readonly result: Record<string, unknown> | undefined;
  /** What the next job of the same container would find. */
  readonly home: string;
}

/**
 * A job that goes through the steps of one of the orb's commands, in an empty home and with the cache alone: the
 * helper is called as the step's script calls it, and caches are kept under the keys and at the moments that the
 * orb names. It is the orb without bash and without the step that asks for the app's id, because hundreds of these run.
 */
export class OrbJob {
  readonly workflow: string;
  /** Settled when the job has ended, however it did. */
  readonly end: Promise<JobEnd>;
  #log = '';
  #call: HelperRun | undefined;
  #lost = false;
  readonly #watchers = new Set<() => void>();

  constructor(private readonly options: JobOptions) {
    this.workflow = options.workflow ?? randomUUID();
    this.end = this.#run();
    // A job that is lost is waited for by nobody.
    this.end.catch(() => undefined);
  }

  get log(): string {
    return this.#log;
  }

  /** Resolves when the log matches. @throws Error, with the log, when the job ends without. */
  async until(pattern: RegExp): Promise<void> {
    let stop: (() => void) | undefined;
    const seen = new Promise<boolean>((settle) => {
      const look = (): void => void (pattern.test(this.#log) && settle(true));
      this.#watchers.add(look);
      stop = () => this.#watchers.delete(look);
      const over = (): void => settle(pattern.test(this.#log));
      void this.end.then(over, over);
      look();
    });
    const found = await seen;
    stop?.();
    if (!found) throw new Error(`The job ended without ${String(pattern)}:\n${this.#log}`);
  }

  /** Sends a signal to the helper that runs, as a runner does that ends the job. */
  signal(name: NodeJS.Signals): void {
    this.#call?.kill(name);
  }

  /** The machine is lost: nothing of the job does anything any more, the steps that always run included. */
  lose(): void {
    this.#lost = true;
    this.#call?.kill('SIGKILL');
  }

  async #run(): Promise<JobEnd> {
    const { options } = this;
    const home = join(await mkdtemp(join(options.folder, 'job-')), 'home');
    const directory = join(home, 'project');
    await mkdir(home);
    if (options.repository !== undefined) {
      await execute('git', ['clone', '--quiet', options.repository, directory]);
    }
    await mkdir(join(directory, '.heroku-cd'), { recursive: true });
    const owner = cacheOwner(options.appId, { HOME: home });
    await writeFile(join(directory, '.heroku-cd', 'app-id'), `${owner}\n`);
    await writeFile(join(directory, '.heroku-cd', 'own-journal'), 'none\n');
    const facts = {
      environment: {
        CIRCLE_WORKFLOW_ID: this.workflow,
        CIRCLE_WORKFLOW_JOB_ID: randomUUID(),
      },
      home,
      workingDirectory: directory,
    };
    const key = (template: string): Promise<string> => cacheKey(template, facts);
    let exitCode: number | null = 0;
    for (const step of stepsOf(options.command)) {
      const flags = step.run?.environment?.[COMMAND_LINE_VARIABLE];
      const failed = exitCode !== 0;
      if (options.cancelBefore?.test(step.run?.name ?? '')) this.#lost = true;
      if (this.#lost) break;
      if (step.restore_cache !== undefined) {
        const keys = await Promise.all(step.restore_cache.keys.map(key));
        this.#write(await options.cache.restore(keys, facts));
      } else if (step.save_cache !== undefined && (!failed || step.save_cache.when === 'always')) {
        this.#write(await options.cache.save(await key(step.save_cache.key), step.save_cache.paths, facts));
      } else if (flags !== undefined && flags !== 'identify' && !failed) {
        exitCode = await this.#help(flags.split(' '), { home, directory, facts: facts.environment });
      }
    }
    // It undoes as a signal does: the exit code and the app show nothing of it.
    const stray = notAwaited(this.#log);
    if (stray !== undefined) throw new Error(`It met an error that was not awaited: ${stray}\n${this.#log}`);
    return { exitCode: this.#lost ? null : exitCode, log: this.#log, result: await readResult(home), home };
  }

  async #help(
    args: readonly string[],
    { home, directory, facts }: { home: string; directory: string; facts: Record<string, string> },
  ): Promise<number | null> {
    const { helper, hosts, parameters, environment } = this.options;
    const given = Object.entries(parameters).map(([name, value]) => [environmentName(name), value]);
    const call = {
      program: helper,
      args,
      directory,
      environment: {
        PATH: process.env['PATH'],
        HOME: home,
        ...environment,
        ...facts,
        ...Object.fromEntries(given),
      },
    };
    this.#call = hosts.run(call, (text) => this.#write(text));
    const exitCode = await this.#call.end;
    this.#call = undefined;
    return exitCode;
  }

  #write(text: string): void {
    this.#log += text;
    for (const look of [...this.#watchers]) look();
  }
}

async function readResult(home: string): Promise<Record<string, unknown> | undefined> {
  try {
    const file = join(home, '.heroku-cd', APP_NAME, 'result.json');
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The one app of every stage. */
export const APP_NAME = 'corner-shop';
