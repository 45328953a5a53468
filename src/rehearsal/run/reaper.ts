import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** Rounds of looking for processes that were started while the last round was killing. */
const ROUNDS = 20;

/**
 * Kills every process that a job left behind: those of the sessions it started, and those whose environment names the
 * run's own folder. The second kind finds daemons that made a session of their own. Without `/proc` (macOS) only the
 * process groups can be killed.
 * @param sessions the process groups that the job started.
 * @param root the run's own folder.
 */
export async function killLeftovers(sessions: ReadonlySet<number>, root: string): Promise<void> {
  if (!existsSync('/proc/self/environ')) {
    for (const session of sessions) kill(-session);
    return;
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await leftovers(sessions, root);
    if (found.length === 0) return;
    for (const pid of found) kill(pid);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function leftovers(sessions: ReadonlySet<number>, root: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const stat = await readFile(`/proc/${entry}/stat`, 'latin1');
      // Fields after the name, which may hold blanks and brackets: state, parent, group, session, …
      const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue;
      if (
        sessions.has(Number(session)) ||
        (await readFile(`/proc/${entry}/environ`, 'latin1')).includes(root)
      ) {
        found.push(pid);
      }
    } catch {
      // The process ended meanwhile, or belongs to another user and is none of this job's.
    }
  }
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
