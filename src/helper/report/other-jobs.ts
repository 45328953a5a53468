import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../edge/file-store.ts';
import { messageOf } from '../output/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** What the first half of a deployment leaves for the report of the second. */
export const FIRST_HALF_FILE = 'first-half.json';
export const REPORT_FILES = ['result.json', 'report.html', 'junit.xml', FIRST_HALF_FILE] as const;

/** A job that is over has stored its reports; what stands between its last command and that takes moments. */
const FRESH_MS = 30_000;
/** Whoever has the number of the process by then: the job is over. */
const OLD_MS = 3_600_000;

/** Which job's the reports in a folder are. */
interface Owner {
  readonly job: string;
  readonly host: string;
  /** What runs the job's steps: it ends with the job. */
  readonly parent: number;
  readonly folder: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What telling jobs apart needs. */
export interface JobPorts {
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'warn'>;
  readonly home?: string;
}

/** Beside the installed helper: what lies with the reports is stored with them. */
function ownersFolder({ home = homedir() }: JobPorts): string {
  return join(home, '.local', 'share', 'heroku-cd', 'reports');
}

/** Remembers that the reports in the folder are this job's. Nothing outside of CircleCI. */
export async function ownReports(ports: JobPorts, app: string, folder: string): Promise<void> {
  const job = ports.environment['CIRCLE_WORKFLOW_JOB_ID'];
  if (!job) return;
  const owners = ownersFolder(ports);
  const owner: Owner = { job, host: hostname(), parent: process.ppid, folder, at: ports.clock.now() };
  await mkdir(owners, { recursive: true, mode: 0o700 });
  await replaceFile(join(owners, `${app}.json`), owner);
}

/**
 * Takes away what jobs before this one have reported: where a home outlives its jobs, as on self-hosted runners, it
 * would be stored with this one. What a job at work at the same time has is left.
 */
export async function dropReportsOfOtherJobs(ports: JobPorts): Promise<void> {
  const job = ports.environment['CIRCLE_WORKFLOW_JOB_ID'];
  if (!job) return;
  const owners = ownersFolder(ports);
  try {
    for (const name of await readdir(owners)) {
      if (!name.endsWith('.json')) continue;
      const owner = await readOwner(join(owners, name));
      if (owner === undefined || owner.job === job || !isOver(owner, ports.clock.now())) continue;
      for (const file of REPORT_FILES) await rm(join(owner.folder, file), { force: true });
      // With somebody else's file in it, the folder is not this program's to remove.
      await rmdir(owner.folder).catch(() => undefined);
      await rm(join(owners, name), { force: true });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    ports.log.warn(`Reports of earlier jobs could not be removed: ${messageOf(error)}`);
  }
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Owner;
  } catch {
    // Taken away by another job meanwhile, or damaged: then it says of no folder that it may be emptied.
    return undefined;
  }
}

function isOver({ host, parent, at }: Owner, now: number): boolean {
  const age = now - at;
  if (age > OLD_MS) return true;
  return age > FRESH_MS && host === hostname() && !isAlive(parent);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is there, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
