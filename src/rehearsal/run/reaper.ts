import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Between two looks, and the number of looks: a killed process is visible until the kernel has taken it apart. */
const PAUSE_MS = 5;
const ROUNDS = 600;

/**
 * Kills every process that a job left behind: those of the sessions it started, and those whose environment names the
 * run's own folder. The second kind finds daemons that made a session of their own. Without `/proc` (macOS) only the
 * process groups can be killed.
 * @param sessions the process groups that the job started.
 * @param root the run's own folder.
 * @returns the processes that are still there: another user's, which only that user or root can end.
 */
export async function killLeftovers(sessions: ReadonlySet<number>, root: string): Promise<number[]> {
  if (!existsSync('/proc/self/environ')) {
    for (const session of sessions) kill(-session);
    return [];
  }
  const foreign = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = leftovers(sessions, root).filter((pid) => !foreign.has(pid));
    if (found.length === 0) break;
    for (const pid of found) {
      if (!kill(pid)) foreign.add(pid);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return [...foreign];
}

/** Read in one go: these files are the kernel's memory, and waiting for each takes longer than reading it. */
function leftovers(sessions: ReadonlySet<number>, root: string): number[] {
  const found: number[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      // Fields after the name, which may hold blanks and brackets: state, parent, group, session, …
      const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue;
      if (sessions.has(Number(session)) || readFileSync(`/proc/${entry}/environ`, 'latin1').includes(root)) {
        found.push(pid);
      }
    } catch {
      // The process ended meanwhile, or belongs to another user and is none of this job's.
    }
  }
  return found;
}

/** False when the process belongs to somebody else. */
function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM') return false;
    if (code === 'ESRCH') return true;
    throw error;
  }
}
