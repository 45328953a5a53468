import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Place } from './place.ts';
import { spawnOptions } from './place.ts';

/**
 * `pg_ctl stop` waits for the end of the server; "fast" ends its sessions, "immediate" is for a server that
 * cannot even do that.
 */
const script = `read -r _
"$1/pg_ctl" stop -s -D "$2/data" -m fast -t 15 || "$1/pg_ctl" stop -s -D "$2/data" -m immediate -t 15
rm -rf -- "$2"`;

/** Ends a server and removes its folder, once. */
export interface Guardian {
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
    async end() {
      child.stdin.end();
      await gone;
    },
  };
}
