import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** How often a dying group is looked at; the operating system has no event for the end of a grandchild. */
const POLL_MS = 10;

const tracked = new Set<number>();
let exitGuardInstalled = false;

/**
 * Remembers a process group, so that it dies with this process: on `exit` every tracked group gets SIGKILL.
 * A process that is ended by a signal runs no `exit` listeners: whoever owns the process turns signals into
 * an orderly end.
 */
export function trackGroup(group: number): void {
  if (!exitGuardInstalled) {
    exitGuardInstalled = true;
    process.on('exit', () => {
      for (const each of tracked) signalGroup(each, 'SIGKILL');
    });
  }
  tracked.add(group);
}

/** Forgets a group that is gone, before its number can be given to a stranger. */
export function untrackGroup(group: number): void {
  tracked.delete(group);
}

/** Sends a signal to every process of the group; false where none is left. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    // EPERM: a member runs as another user, so the group is there but out of reach.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether a process of the group still runs. Zombies do not count: nobody may ever reap an orphan in a container. */
export function groupIsAlive(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && isRunningMember(entry, group));
}

/** Resolves when no process of the group runs any more. */
export async function groupGone(group: number): Promise<void> {
  while (groupIsAlive(group)) await delay(POLL_MS);
}

function isRunningMember(pid: string, group: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // The process ended between the listing and the reading.
    return false;
  }
  // The name in parentheses may hold spaces and parentheses itself; the fields start after the last one.
  const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(processGroup) === group && state !== 'Z' && state !== 'X';
}
