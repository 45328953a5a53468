import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Place } from './place.ts';
import { spawnOptions } from './place.ts';

/**
 * Each line that it reads names the process group that still makes the data folder, or nobody's: that one is
 * waited for, because it would make the folder anew, and killed in its midst would leave shared memory.
 * `pg_ctl stop` waits for the end of the server; "fast" ends its sessions, "immediate" is for a server that
 * cannot even do that. An empty folder may not be ours to remove.
 */
const script = `group=
while read -r line; do group=$line; done
if [ -n "$group" ]; then
  tries=0
  while kill -s 0 -- "-$group" && [ "$tries" -lt 300 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  kill -s KILL -- "-$group"
fi
"$1/pg_ctl" stop -s -D "$2/data" -m fast -t 15 || "$1/pg_ctl" stop -s -D "$2/data" -m immediate -t 15
tries=0
while rm -rf -- "$2"; [ -n "$(ls -A -- "$2")" ] && [ "$tries" -lt 50 ]; do
  tries=$((tries + 1))
  sleep 0.1
done`;

/** Ends a server and removes its folder, once. */
export interface Guardian {
  /** Names the process group that makes the data folder; undefined when it has done so. */
  setMaker(group: number | undefined): void;
  /** Resolves when it is done. */
  end(): Promise<void>;
}

/**
 * Starts the process that ends the server when it is told to, or when this process is gone, however it went:
 * it reads from a pipe whose other end only this process holds, so that even SIGKILL closes it.
 */
export function startGuardian(place: Place): Guardian {
  const child = spawn('sh', ['-c', script, 'postgres-guardian', place.binaries, place.folder], {
    ...spawnOptions(place),
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const gone = once(child, 'exit');
  // Without `sh` there is no guardian; whoever ends it is told then.
  gone.catch(() => undefined);
  child.stdin.on('error', () => undefined);
  return {
    setMaker: (group) => child.stdin.write(`${group ?? ''}\n`),
    async end() {
      child.stdin.end();
      await gone;
    },
  };
}
