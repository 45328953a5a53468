import { readdirSync, readFileSync } from 'node:fs';

/** How often a dying group is looked at. */
const INTERVAL_MS = 20;
/** After SIGKILL only a process in an uninterruptible system call is left, and waiting does not help it. */
const KILLED_MS = 5_000;

/** Groups that have to go when this process goes, whatever ends it. */
const running = new Set<number>();

/** Ends the group together with this process, until the returned function is called. */
export function endWithThisProcess(group: number): () => void {
  if (running.size === 0) process.on('exit', killRunning);
  running.add(group);
  return () => {
    running.delete(group);
    if (running.size === 0) process.off('exit', killRunning);
  };
}

function killRunning(): void {
  for (const group of running) signalGroup(group, 'SIGKILL');
}

/** Ends every process of a group, politely first, and resolves once none of them runs. */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  signalGroup(group, 'SIGTERM');
  if (await isGone(group, graceMs)) return;
  signalGroup(group, 'SIGKILL');
  await isGone(group, KILLED_MS);
}

async function isGone(group: number, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (isAlive(group)) {
    if (performance.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  return true;
}

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    // EPERM: it exists and is not ours to signal; ESRCH: nothing is left of it.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isAlive(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  let entries: string[];
  try {
    entries = readdirSync('/proc');
  } catch {
    // No procfs, as on macOS: there the first process reaps orphans, so no zombie is taken for alive.
    return true;
  }
  return entries.some((entry) => /^\d+$/.test(entry) && isRunningMember(entry, group));
}

/** The first process of many containers never reaps orphans: they stay in their group as zombies. */
function isRunningMember(pid: string, group: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    // It ended while the list was being read.
    return false;
  }
  // pid (name) state parent group …; the name may hold spaces and parentheses.
  const [state, , itsGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(itsGroup) === group && state !== 'Z' && state !== 'X';
}
